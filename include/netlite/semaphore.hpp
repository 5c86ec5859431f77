// SPDX-License-Identifier: MIT
//
// Semaphore: a number of permits for threads of either kind, java.util.concurrent.Semaphore in C++.
#pragma once

#include <netlite/condition.hpp>
#include <netlite/export.hpp>
#include <netlite/mutex.hpp>

#include <chrono>

namespace netlite {

/// A number of permits for threads of either kind, java.util.concurrent.Semaphore in C++.
///
/// ```cpp
/// netlite::Semaphore permits(10);  // no more than ten requests at the same time
/// permits.acquire();
/// // ... the request ...
/// permits.release();
/// ```
///
/// Permits are not handed out in the order of arrival, as in Java by default. A thread may release a permit that
/// another one has acquired.
///
/// Thread-safety: every member may be called from any thread, except construction and destruction.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API Semaphore {
 public:
  /// Creates a semaphore with this number of permits.
  ///
  /// @param permits 0 or more (Java: negative numbers, too)
  /// @throws std::invalid_argument `permits` is negative
  explicit Semaphore(int permits);
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Takes a permit. Blocks until there is one.
  void acquire();

  /// Takes a permit. Blocks until there is one, or until the time is over.
  ///
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return whether a permit was taken
  /// @throws std::invalid_argument `timeout` is negative
  bool tryAcquire(std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// Gives a permit back, or adds one. Wakes a thread that waits for it.
  ///
  /// @throws IllegalStateException the number of permits would exceed the range of int
  void release();

 private:
  Mutex mutex_;
  Condition released_;
  int permits_;  // guarded by mutex_
};

}  // namespace netlite
