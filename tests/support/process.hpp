// SPDX-License-Identifier: MIT
//
// Process: a program that a test starts and talks to as a person or a script would, by pipes or at a terminal.
// Thread-safety: a Process belongs to the thread that made it. POSIX only.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

extern char** environ;

namespace netlite::test {

/// A descriptor that is closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    other.reset();
    return *this;
  }
  ~Descriptor() { reset(); }

  int get() const { return number_; }

  void reset() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

/// What a program prints, as it comes.
class Output {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Output(Descriptor source) : source_(std::move(source)) {}

  /// The next line, without its end. Throws if none comes in time or before the end.
  std::string readLine() {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (text_.find('\n') == std::string::npos) {
      if (!readMore(deadline)) throw std::runtime_error("no line, but the end after: " + text_);
    }
    const std::size_t end = text_.find('\n');
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }

  /// Waits until `wanted` has been printed, and returns everything up to its end.
  std::string readUntil(std::string_view wanted) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (text_.find(wanted) == std::string::npos) {
      if (!readMore(deadline)) throw std::runtime_error("not printed: " + std::string(wanted) + "; but: " + text_);
    }
    const std::size_t end = text_.find(wanted) + wanted.size();
    std::string before = text_.substr(0, end);
    text_.erase(0, end);
    return before;
  }

  /// Everything up to the end, which comes when the program ends.
  std::string readAll() {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (readMore(deadline)) {
    }
    return std::exchange(text_, {});
  }

 private:
  static constexpr std::chrono::seconds kPatience{30};

  // False at the end.
  bool readMore(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wanted{source_.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&wanted, 1, static_cast<int>(left)) == 0) {
      throw std::runtime_error("nothing more is printed after: " + text_);
    }
    std::array<char, 65536> buffer;
    const ssize_t size = ::read(source_.get(), buffer.data(), buffer.size());
    if (size <= 0) return false;  // a terminal's end is an error
    text_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }

  Descriptor source_;
  std::string text_;
};

class Process {
 public:
  /// Starts a program with pipes for its input, output and errors.
  explicit Process(const std::vector<std::string>& command) : Process(command, makePipe(), makePipe(), makePipe()) {}

  /// Starts a program at a terminal of its own; its errors still go into a pipe.
  static Process atTerminal(const std::vector<std::string>& command) {
    const Descriptor terminal(checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
    checked(::grantpt(terminal.get()), "grantpt");
    checked(::unlockpt(terminal.get()), "unlockpt");
    return Process(command, ::ptsname(terminal.get()), terminal.get(), makePipe());
  }

  Process(Process&& other) noexcept
      : out(std::move(other.out)),
        err(std::move(other.err)),
        input_(std::move(other.input_)),
        pid_(std::exchange(other.pid_, -1)) {}
  ~Process() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  Output out;
  Output err;

  /// Gives the program input. Once it has ended, or does not read for half a minute, nothing happens.
  void type(std::string_view text) {
    while (!text.empty()) {
      pollfd wanted{input_.get(), POLLOUT, 0};
      if (::poll(&wanted, 1, 30 * 1000) <= 0) return;
      const ssize_t size = ::write(input_.get(), text.data(), text.size());
      if (size < 0) return;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  void endInput() { input_.reset(); }

  void send(int signal) const { ::kill(pid_, signal); }

  pid_t pid() const { return pid_; }

  /// Waits for the end and returns the exit code, or minus the number of the signal that killed it. What it had printed
  /// is in `output` then.
  int wait() {
    output += out.readAll();
    int status = 0;
    checked(::waitpid(pid_, &status, 0), "waitpid");
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::string output;

 private:
  struct Pipe {
    Descriptor reading;
    Descriptor writing;
  };

  static int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
  }

  static Pipe makePipe() {
    ::signal(SIGPIPE, SIG_IGN);  // type() may meet a program that has ended
    int numbers[2];
    checked(::pipe2(numbers, O_CLOEXEC), "pipe2");
    return {Descriptor(numbers[0]), Descriptor(numbers[1])};
  }

  // How posix_spawn is to start the program.
  struct Plan {
    Plan() {
      ::posix_spawn_file_actions_init(&actions);
      ::posix_spawnattr_init(&attributes);
      sigset_t usual;
      ::sigemptyset(&usual);
      ::sigaddset(&usual, SIGPIPE);
      ::posix_spawnattr_setsigdefault(&attributes, &usual);
      ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    }
    ~Plan() {
      ::posix_spawn_file_actions_destroy(&actions);
      ::posix_spawnattr_destroy(&attributes);
    }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
  };

  Process(const std::vector<std::string>& command, Pipe in, Pipe printed, Pipe errors)
      : out(std::move(printed.reading)), err(std::move(errors.reading)), input_(std::move(in.writing)) {
    Plan plan;
    ::posix_spawn_file_actions_adddup2(&plan.actions, in.reading.get(), 0);
    ::posix_spawn_file_actions_adddup2(&plan.actions, printed.writing.get(), 1);
    ::posix_spawn_file_actions_adddup2(&plan.actions, errors.writing.get(), 2);
    checked(::fcntl(input_.get(), F_SETFL, O_NONBLOCK), "fcntl");
    start(command, plan);
  }

  Process(const std::vector<std::string>& command, const std::string& terminal, int otherSide, Pipe errors)
      : out(duplicate(otherSide)), err(std::move(errors.reading)), input_(duplicate(otherSide)) {
    Plan plan;
    ::posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    ::posix_spawn_file_actions_addopen(&plan.actions, 0, terminal.c_str(), O_RDWR, 0);  // becomes its terminal
    ::posix_spawn_file_actions_adddup2(&plan.actions, 0, 1);
    ::posix_spawn_file_actions_adddup2(&plan.actions, errors.writing.get(), 2);
    ::setenv("TERM", "xterm", 1);
    start(command, plan);
  }

  static Descriptor duplicate(int number) { return Descriptor(checked(::fcntl(number, F_DUPFD_CLOEXEC, 0), "fcntl")); }

  void start(const std::vector<std::string>& command, const Plan& plan) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const int error = ::posix_spawnp(&pid_, words[0], &plan.actions, &plan.attributes, words.data(), environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), command.front());
  }

  Descriptor input_;
  pid_t pid_ = -1;
};

}  // namespace netlite::test
