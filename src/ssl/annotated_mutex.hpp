// SPDX-License-Identifier: MIT
//
// AnnotatedMutex: netlite::Mutex for clang's thread-safety analysis.
// Thread-safety: every member may be called from any strand.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"

#include <netlite/mutex.hpp>

#include <mutex>

namespace netlite::ssl {

/// WordMutex, which the core uses, is not exported: its inline functions refer to variables of the core.
class NETLITE_CAPABILITY("mutex") AnnotatedMutex {
 public:
  void lock() NETLITE_ACQUIRE() { mutex_.lock(); }
  bool try_lock() noexcept NETLITE_TRY_ACQUIRE(true) { return mutex_.try_lock(); }
  bool tryLockUntil(Deadline deadline) NETLITE_TRY_ACQUIRE(true) { return mutex_.try_lock_for(deadline.remaining()); }
  void unlock() noexcept NETLITE_RELEASE() { mutex_.unlock(); }

 private:
  Mutex mutex_;
};

/// Holds an AnnotatedMutex for a scope.
class NETLITE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(AnnotatedMutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  /// Adopts a lock that the caller holds.
  MutexLock(AnnotatedMutex& mutex, std::adopt_lock_t) NETLITE_REQUIRES(mutex) : mutex_(mutex) {}
  ~MutexLock() NETLITE_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  AnnotatedMutex& mutex_;
};

}  // namespace netlite::ssl
