// SPDX-License-Identifier: MIT
//
// Mutex: a lock of four bytes with timed locking, whose uncontended path is one atomic operation each way.
// Thread-safety: every member may be called from any strand.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "platform/process.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace netlite {

/// A line that is read and answered passes several locks, none of them contended; with std::timed_mutex they would cost
/// more instructions than the rest of the line together. A connection has several locks, so each has only four bytes,
/// and the strands that wait are in the parking lot.
///
/// A lock that another thread held when the process forked is free in the child, where that thread does not exist.
/// Mutex meets the standard's requirements for Lockable, so std::unique_lock works.
class NETLITE_CAPABILITY("mutex") Mutex {
 public:
  Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  bool try_lock() noexcept NETLITE_TRY_ACQUIRE(true) {
    std::uint32_t expected = kFree;
    return state_.compare_exchange_strong(expected, platform::processMark(), std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }

  void lock() NETLITE_ACQUIRE() {
    if (!try_lock()) lockSlowly(Deadline::never());
  }

  /// False when the deadline came first.
  bool tryLockUntil(Deadline deadline) NETLITE_TRY_ACQUIRE(true) { return try_lock() || lockSlowly(deadline); }

  void unlock() noexcept NETLITE_RELEASE() {
    if ((state_.exchange(kFree, std::memory_order_release) & kContended) != 0) wakeOne();
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kContended = 1;  // a strand may be parked; the other bits: the holder's process mark

  bool lockSlowly(Deadline deadline);
  void wakeOne() noexcept;

  std::atomic<std::uint32_t> state_{kFree};
};

/// Holds a Mutex for a scope.
class NETLITE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  /// Adopts a lock that the caller holds.
  MutexLock(Mutex& mutex, std::adopt_lock_t) NETLITE_REQUIRES(mutex) : mutex_(mutex) {}
  ~MutexLock() NETLITE_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  /// Releases the lock for a while; lock() has to follow.
  void unlock() NETLITE_RELEASE() { mutex_.unlock(); }
  void lock() NETLITE_ACQUIRE() { mutex_.lock(); }

 private:
  Mutex& mutex_;
};

}  // namespace netlite
