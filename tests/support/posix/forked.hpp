// SPDX-License-Identifier: MIT
//
// Runs work in a forked child, for the tests of what a child may do.
// Thread-safety: no shared state.
#pragma once

#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"
#include "support/sanitizers.hpp"
#include "support/system.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>

namespace netlite::test {

/// Whether a child may start threads although its parent has some. ThreadSanitizer does not support that: it assumes
/// that the parent's threads still run, and ends the child ("starting new threads after multi-threaded fork") or, with
/// die_after_fork=0, finds the ID of a new thread in use ("dup thread with used id"). qemu-user aborts.
inline bool childrenOfThreadsMayStartThreads() {
#ifdef NETLITE_TEST_THREAD_SANITIZER
  return false;
#else
  return !runsUnderQemu();
#endif
}

/// Whether a child may allocate memory although threads of the parent were just doing so. The sanitizers' allocators do
/// not release in the child the locks that other threads held at the fork.
inline constexpr bool kChildrenOfBusyThreadsMayAllocate = !kInstrumented;

/// Whether every thread but the calling one sleeps in a system call.
inline bool otherThreadsSleep() {
  const std::filesystem::path self = currentOsTask();
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() != self.filename() && osSleepState(thread.path()).empty()) return false;
  }
  return true;
}

/// Forks. Under the sanitizers it waits first for the other threads to sleep: one that has just started allocates.
inline pid_t forkQuietly() {
  if (!kChildrenOfBusyThreadsMayAllocate) eventually(otherThreadsSleep);
  return ::fork();
}

/// Whether this process is a child of the test program.
inline bool is_forked_child = false;

/// A child that does `work` and calls _exit. SIGALRM kills a child that does not end in time.
class ForkedChild {
 public:
  explicit ForkedChild(const std::function<int()>& work) : pid_(forkQuietly()) {
    if (pid_ != 0) return;
    is_forked_child = true;
    constexpr unsigned kMaxSeconds = 50;
    ::alarm(kMaxSeconds);
    int code = 99;
    try {
      code = work();
    } catch (...) {
    }
    ::_exit(code);
  }
  ~ForkedChild() {
    if (pid_ > 0) exitCode();
  }
  ForkedChild(const ForkedChild&) = delete;
  ForkedChild& operator=(const ForkedChild&) = delete;

  /// Waits for the child's end. Returns the exit code, or -1 if a signal killed the child.
  int exitCode() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

/// Lets one thread of this process or of a child wait until another opens it.
class Gate {
 public:
  Gate() {
    if (::pipe(ends_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  ~Gate() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    if (::write(ends_[1], "x", 1) != 1) throw std::system_error(errno, std::generic_category(), "write");
  }

  void pass() {
    char byte = 0;
    if (::read(ends_[0], &byte, 1) != 1) throw std::system_error(errno, std::generic_category(), "read");
  }

 private:
  int ends_[2];
};

/// Many children, so that some of the forks happen at a moment of which another thread has few; but no longer than a
/// busy machine may take.
template <typename Work>
void forManyChildren(const Work& work) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (int child = 0; child < 500 && std::chrono::steady_clock::now() < end; ++child) work();
}

/// The exit code of a child that does `work`.
inline int exitCodeOf(const std::function<int()>& work) { return ForkedChild(work).exitCode(); }

/// Whether `check` returns true in a child.
inline bool holdsInChild(const std::function<bool()>& check) {
  return exitCodeOf([&] { return check() ? 0 : 1; }) == 0;
}

}  // namespace netlite::test

#ifdef NETLITE_TEST_ADDRESS_SANITIZER
/// Called when exit() looks for leaks. A child has no other threads, so what only their stacks point to looks leaked.
extern "C" inline __attribute__((used, visibility("default"))) int __lsan_is_turned_off() {
  return netlite::test::is_forked_child ? 1 : 0;
}
#endif
