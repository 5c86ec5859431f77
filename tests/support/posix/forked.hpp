// SPDX-License-Identifier: MIT
//
// Work in a forked child, for the tests of what a child may do.
// Thread-safety: no shared state.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

#if defined(__SANITIZE_THREAD__)
#define NETLITE_TEST_THREAD_SANITIZER
#elif defined(__has_feature)  // clang
#if __has_feature(thread_sanitizer)
#define NETLITE_TEST_THREAD_SANITIZER
#endif
#endif

namespace netlite::test {

/// Whether a child may start threads although its parent has some. ThreadSanitizer does not support that: it takes the
/// parent's threads for running ones, and ends the child ("starting new threads after multi-threaded fork") or, with
/// die_after_fork=0, finds the number of a new thread in use ("dup thread with used id").
#ifdef NETLITE_TEST_THREAD_SANITIZER
inline constexpr bool kChildrenOfThreadsMayStartThreads = false;
#else
inline constexpr bool kChildrenOfThreadsMayStartThreads = true;
#endif

/// A child that does `work` and ends by _exit. A child that does not end within its time is killed by SIGALRM.
class ForkedChild {
 public:
  explicit ForkedChild(const std::function<int()>& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    constexpr unsigned kMaxSeconds = 20;
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

  /// Waits for the end. Returns the exit code, or -1 if a signal has ended the child.
  int exitCode() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_;
};

/// The exit code of a child that does `work`.
inline int exitCodeOf(const std::function<int()>& work) { return ForkedChild(work).exitCode(); }

/// Whether a child that does `check` finds it true.
inline bool holdsInChild(const std::function<bool()>& check) {
  return exitCodeOf([&] { return check() ? 0 : 1; }) == 0;
}

}  // namespace netlite::test
