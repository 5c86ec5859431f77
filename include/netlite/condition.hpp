// SPDX-License-Identifier: MIT
//
// Condition: lets threads of either kind wait until another one reports a change.
#pragma once

#include <netlite/export.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace netlite {

/// Lets threads of either kind wait until another one reports a change. As std::condition_variable_any, but a virtual
/// thread that waits lets the others of its carrier run.
///
/// ```cpp
/// netlite::Mutex mutex;
/// netlite::Condition changed;
/// bool isReady = false;  // guarded by mutex
///
/// std::unique_lock<netlite::Mutex> lock(mutex);
/// changed.wait(lock, [&] { return isReady; });  // until another thread sets it, with the lock held, and notifies
/// ```
///
/// A wait takes any lock that has lock() and unlock(), and that the calling thread holds: std::unique_lock<Mutex>, the
/// Mutex itself, std::unique_lock<std::mutex>. Use a Mutex where virtual threads wait: to lock a std::mutex again may
/// stop their carrier.
///
/// A wait without a predicate may end without a notification, as in Java, so call it in a loop. A notification is never
/// lost to a waiting thread whose time is over: it counts as notified, or another one is woken.
///
/// Thread-safety: every member may be called from any thread, except construction and destruction.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API Condition {
 public:
  /// Creates a condition that no thread waits for.
  constexpr Condition() noexcept = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  /// Unlocks `lock`, waits for a notification and locks again. Blocks until then.
  template <typename Lock>
  void wait(Lock& lock) {
    waitUntil(lock, Time::max());
  }

  /// Waits until the predicate, which is called with the lock held, returns true. Blocks until then.
  template <typename Lock, typename Predicate>
  void wait(Lock& lock, Predicate predicate) {
    while (!predicate()) wait(lock);
  }

  /// Unlocks `lock`, waits for a notification and locks again. Blocks until then, or until the time is over.
  ///
  /// @param lock    the lock, which the calling thread holds
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return false if the time was over before a notification came
  /// @throws std::invalid_argument `timeout` is negative
  template <typename Lock>
  bool wait_for(Lock& lock, std::chrono::milliseconds timeout) {
    return waitUntil(lock, timeAfter(timeout));
  }

  /// Waits until the predicate, which is called with the lock held, returns true. Blocks until then, or until the time
  /// is over.
  ///
  /// @param lock      the lock, which the calling thread holds
  /// @param timeout   in milliseconds; 0: ask once; max(): wait indefinitely
  /// @param predicate what to wait for
  /// @return what the predicate has returned last
  /// @throws std::invalid_argument `timeout` is negative
  template <typename Lock, typename Predicate>
  bool wait_for(Lock& lock, std::chrono::milliseconds timeout, Predicate predicate) {
    const Time deadline = timeAfter(timeout);
    while (!predicate()) {
      if (!waitUntil(lock, deadline)) return predicate();
    }
    return true;
  }

  /// Wakes one of the waiting threads, if there is one. Call it after the change, with or without the lock.
  void notify_one() noexcept;

  /// Wakes all waiting threads. Call it after the change, with or without the lock.
  void notify_all() noexcept;

 private:
  using Time = std::chrono::steady_clock::time_point;

  static Time timeAfter(std::chrono::milliseconds timeout);
  std::uint32_t enter() const noexcept;
  bool park(std::uint32_t entered, Time deadline) const noexcept;

  template <typename Lock>
  bool waitUntil(Lock& lock, Time deadline) {
    const std::uint32_t entered = enter();
    lock.unlock();
    const bool wasNotified = park(entered, deadline);
    lock.lock();
    return wasNotified;
  }

  std::atomic<std::uint32_t> sequence_{0};
};

}  // namespace netlite
