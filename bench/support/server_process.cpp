// SPDX-License-Identifier: MIT
//
// Starts, measures and ends servers.
// Thread-safety: see the header.
#include "server_process.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

const std::string kGreeting = "listening on port ";

cpu_set_t processors() {
  static const cpu_set_t all = [] {
    cpu_set_t set;
    checked(::sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
    return set;
  }();
  return all;
}

std::size_t firstOf(const cpu_set_t& set) {
  std::size_t first = 0;
  while (!CPU_ISSET(first, &set)) ++first;
  return first;
}

void keepToFirstProcessor() {
  const cpu_set_t all = processors();
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(firstOf(all), &first);
  checked(::sched_setaffinity(0, sizeof first, &first), "sched_setaffinity");
}

void keepToOtherProcessors() {
  cpu_set_t others = processors();
  if (CPU_COUNT(&others) > 1) CPU_CLR(firstOf(others), &others);
  checked(::sched_setaffinity(0, sizeof others, &others), "sched_setaffinity");
}

}  // namespace

ServerProcess::ServerProcess(const std::function<void()>& serve) {
  int ends[2];
  checked(::pipe(ends), "pipe");
  output_ = Descriptor(ends[0]);
  Descriptor input(ends[1]);
  keepToFirstProcessor();
  std::fflush(nullptr);
  pid_ = checked(::fork(), "fork");
  if (pid_ == 0) becomeServer(serve, input.get());
  input = Descriptor();  // so that the server's end is the end of its output
  port_ = announcedPort();
}

ServerProcess::ServerProcess(const std::vector<std::string>& command) : ServerProcess(running(command)) {}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)), port_(other.port_) {}

ServerProcess::~ServerProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::function<void()> ServerProcess::running(const std::vector<std::string>& command) {
  return [command] {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    std::perror(words[0]);
  };
}

void ServerProcess::becomeServer(const std::function<void()>& serve, int output) const {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  keepToOtherProcessors();
  ::dup2(output, STDOUT_FILENO);
  try {
    serve();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "server: %s\n", failure.what());
  }
  ::_exit(1);
}

int ServerProcess::announcedPort() const {
  std::string line;
  for (char byte = 0; ::read(output_.get(), &byte, 1) == 1 && byte != '\n';) line += byte;
  if (line.compare(0, kGreeting.size(), kGreeting) != 0) throw std::runtime_error("not a server's greeting: " + line);
  return std::stoi(line.substr(kGreeting.size()));
}

std::chrono::nanoseconds ServerProcess::processorTime() const {
  clockid_t clock{};
  if (::clock_getcpuclockid(pid_, &clock) != 0) throw std::runtime_error("clock_getcpuclockid");
  timespec time{};
  checked(::clock_gettime(clock, &time), "clock_gettime");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::size_t ServerProcess::residentBytes() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/smaps_rollup");
  for (std::string word; file >> word;) {
    if (word != "Rss:") continue;
    std::size_t kibibytes = 0;
    file >> kibibytes;
    return kibibytes * 1024;
  }
  throw std::runtime_error("the system does not report a process's memory");
}

void announcePort(int port) {
  const std::string line = kGreeting + std::to_string(port) + "\n";
  checked(::write(STDOUT_FILENO, line.data(), line.size()), "write");
}

std::size_t allowMaxDescriptors() {
  rlimit limit{};
  checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  return limit.rlim_max;
}

}  // namespace bench
