// SPDX-License-Identifier: MIT
//
// A mutual exclusion lock whose uncontended road is one atomic operation each way, and which a thread can stop waiting
// for at a deadline. A line read and answered passes several locks, none of them contended; with std::timed_mutex they
// would cost more instructions than the rest of the line together. Four bytes, as each connection has several: those
// that wait sleep elsewhere, in a place that all locks share.
// Thread-safety: that is its job. Lockable as the standard says, so std::lock_guard and std::unique_lock work.
#pragma once

#include "base/deadline.hpp"

#include <atomic>

namespace netlite {

class Mutex {
 public:
  Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  bool try_lock() noexcept {
    int expected = kFree;
    return state_.compare_exchange_strong(expected, kLocked, std::memory_order_acquire, std::memory_order_relaxed);
  }

  void lock() {
    if (!try_lock()) waitFor(Deadline::never());
  }

  /// False when the deadline came first.
  bool tryLockUntil(Deadline deadline) { return try_lock() || waitFor(deadline); }

  void unlock() noexcept {
    if (state_.exchange(kFree, std::memory_order_release) == kContended) wakeOne();
  }

 private:
  static constexpr int kFree = 0;
  static constexpr int kLocked = 1;
  static constexpr int kContended = 2;  // locked, and somebody may be asleep

  bool waitFor(Deadline deadline);
  void wakeOne() noexcept;

  std::atomic<int> state_{kFree};
};

}  // namespace netlite
