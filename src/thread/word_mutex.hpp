// SPDX-License-Identifier: MIT
//
// WordMutex: a lock of four bytes with timed locking, whose uncontended path is one atomic operation each way.
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
/// and the strands that wait are in the parking lot; except carriers, which yield until the lock is free.
///
/// A lock that another thread held when the process forked is free in the child, where that thread does not exist.
/// WordMutex meets the standard's requirements for Lockable, so std::unique_lock works.
class NETLITE_CAPABILITY("mutex") WordMutex {
 public:
  WordMutex() noexcept = default;
  WordMutex(const WordMutex&) = delete;
  WordMutex& operator=(const WordMutex&) = delete;

  bool try_lock() noexcept NETLITE_TRY_ACQUIRE(true) { return tryLock(state_); }

  void lock() NETLITE_ACQUIRE() {
    if (!try_lock()) lockSlowly(state_, Deadline::never());
  }

  /// False when the deadline came first.
  bool tryLockUntil(Deadline deadline) NETLITE_TRY_ACQUIRE(true) { return tryLockUntil(state_, deadline); }

  void unlock() noexcept NETLITE_RELEASE() { unlock(state_); }

  /// The same for a word that is 0 at first, for the public Mutex, whose header cannot include this one.
  using Word = std::atomic<std::uint32_t>;
  static bool tryLock(Word& word) noexcept {
    std::uint32_t expected = kFree;
    return word.compare_exchange_strong(expected, platform::processMark(), std::memory_order_acquire,
                                        std::memory_order_relaxed);
  }
  static bool tryLockOfParent(Word& word) noexcept;  // if a thread of the parent process holds it
  static bool tryLockUntil(Word& word, Deadline deadline) { return tryLock(word) || lockSlowly(word, deadline); }
  static void unlock(Word& word) noexcept {
    if ((word.exchange(kFree, std::memory_order_release) & kContended) != 0) wakeOne(word);
  }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::uint32_t kContended = 1;  // a strand may be parked; the other bits: the holder's process mark

  static bool lockSlowly(Word& word, Deadline deadline);
  static void wakeOne(Word& word) noexcept;

  Word state_{kFree};
};

/// Holds a WordMutex for a scope.
class NETLITE_SCOPED_CAPABILITY WordMutexLock {
 public:
  explicit WordMutexLock(WordMutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  /// Adopts a lock that the caller holds.
  WordMutexLock(WordMutex& mutex, std::adopt_lock_t) NETLITE_REQUIRES(mutex) : mutex_(mutex) {}
  ~WordMutexLock() NETLITE_RELEASE() { mutex_.unlock(); }
  WordMutexLock(const WordMutexLock&) = delete;
  WordMutexLock& operator=(const WordMutexLock&) = delete;

  /// Releases the lock for a while; lock() has to follow.
  void unlock() NETLITE_RELEASE() { mutex_.unlock(); }
  void lock() NETLITE_ACQUIRE() { mutex_.lock(); }

 private:
  WordMutex& mutex_;
};

}  // namespace netlite
