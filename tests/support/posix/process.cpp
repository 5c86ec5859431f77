// SPDX-License-Identifier: MIT
//
// support/process.hpp for POSIX.
// Thread-safety: see support/process.hpp.
#include "support/process.hpp"

#include "support/sanitizers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

extern char** environ;

namespace netlite::test {
namespace {

int fd(const Descriptor& descriptor) { return static_cast<int>(descriptor.get()); }

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

struct Pipe {
  Pipe() {
    ::signal(SIGPIPE, SIG_IGN);  // writeAll() may write to a program that has ended
    int numbers[2];
#ifdef __APPLE__  // has no pipe2
    checked(::pipe(numbers), "pipe");
    for (const int number : numbers) checked(::fcntl(number, F_SETFD, FD_CLOEXEC), "fcntl");
#else
    checked(::pipe2(numbers, O_CLOEXEC), "pipe2");
#endif
    reading = Descriptor(numbers[0]);
    writing = Descriptor(numbers[1]);
  }

  Descriptor reading;
  Descriptor writing;
};

// How posix_spawn starts the program.
struct Plan {
  Plan() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);  // a macro on some systems, as is sigaddset
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP})
      sigaddset(&defaults, signal);  // whatever the tests inherit
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  }
  ~Plan() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  int start(const std::vector<std::string>& command) const {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), command.front());
    return pid;
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

Descriptor duplicate(const Descriptor& original) {
  return Descriptor(checked(::fcntl(fd(original), F_DUPFD_CLOEXEC, 0), "fcntl"));
}

bool isReady(const Descriptor& descriptor, short event, std::chrono::milliseconds timeout) {
  pollfd wanted{fd(descriptor), event, 0};
  return ::poll(&wanted, 1, static_cast<int>(timeout.count())) > 0;
}

}  // namespace

void Descriptor::reset() {
  if (number_ >= 0) ::close(static_cast<int>(number_));
  number_ = -1;
}

Started startWithPipes(const std::vector<std::string>& command) {
  Pipe in;
  Pipe out;
  Pipe err;
  Plan plan;
  ::posix_spawn_file_actions_adddup2(&plan.actions, fd(in.reading), 0);
  ::posix_spawn_file_actions_adddup2(&plan.actions, fd(out.writing), 1);
  ::posix_spawn_file_actions_adddup2(&plan.actions, fd(err.writing), 2);
  checked(::fcntl(fd(in.writing), F_SETFL, O_NONBLOCK), "fcntl");
  Started started;
  started.pid = plan.start(command);
  started.in = std::move(in.writing);
  started.out = std::move(out.reading);
  started.err = std::move(err.reading);
  return started;
}

Started startAtTerminal(const std::vector<std::string>& command) {
  const Descriptor terminal(checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
  checked(::grantpt(fd(terminal)), "grantpt");
  checked(::unlockpt(fd(terminal)), "unlockpt");
  Pipe err;
  Plan plan;
  ::posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  const std::string name = ::ptsname(fd(terminal));
  ::posix_spawn_file_actions_addopen(&plan.actions, 0, name.c_str(), O_RDWR, 0);  // becomes the controlling terminal
  ::posix_spawn_file_actions_adddup2(&plan.actions, 0, 1);
  ::posix_spawn_file_actions_adddup2(&plan.actions, fd(err.writing), 2);
  ::setenv("TERM", "xterm", 1);
  Started started;
  started.pid = plan.start(command);
  started.in = duplicate(terminal);
  started.out = duplicate(terminal);
  started.err = std::move(err.reading);
  return started;
}

std::optional<std::string> readSome(const Descriptor& source, std::chrono::milliseconds timeout) {
  if (!isReady(source, POLLIN, timeout)) return std::nullopt;
  std::array<char, 65536> buffer;
  const ssize_t size = ::read(fd(source), buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : "";  // at a terminal's end read fails
}

void writeAll(const Descriptor& target, std::string_view text, std::chrono::milliseconds timeout) {
  while (!text.empty() && isReady(target, POLLOUT, timeout)) {
    const ssize_t size = ::write(fd(target), text.data(), text.size());
    if (size < 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

std::vector<StopSignal> gracefulStopSignals() {
  return {StopSignal::interrupt, StopSignal::hangUp, StopSignal::terminate};
}

void sendStopSignal(const Started& program, StopSignal signal) {
  switch (signal) {
    case StopSignal::interrupt: ::kill(program.pid, SIGINT); break;
    case StopSignal::terminate: ::kill(program.pid, SIGTERM); break;
    case StopSignal::hangUp: ::kill(program.pid, SIGHUP); break;
    case StopSignal::kill: ::kill(program.pid, SIGKILL);
  }
}

int waitForExit(Started& program) {
  int status = 0;
  checked(::waitpid(program.pid, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

long peakMemory(const Started& program) {
  if (kInstrumented) return 0;
  std::ifstream status("/proc/" + std::to_string(program.pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6));
  }
  return 0;
}

}  // namespace netlite::test
