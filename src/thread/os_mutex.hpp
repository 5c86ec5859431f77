// SPDX-License-Identifier: MIT
//
// OsMutex: std::mutex with the annotations of clang's thread-safety analysis. For what parks strands, and for what is
// used while no strand may park. It is held for a short time only, and never while a strand sleeps.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "base/thread_annotations.hpp"

#include <mutex>

namespace netlite {

class NETLITE_CAPABILITY("mutex") OsMutex {
 public:
  void lock() NETLITE_ACQUIRE() { mutex_.lock(); }
  void unlock() NETLITE_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds an OsMutex for a scope.
class NETLITE_SCOPED_CAPABILITY OsMutexLock {
 public:
  explicit OsMutexLock(OsMutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~OsMutexLock() NETLITE_RELEASE() { mutex_.unlock(); }
  OsMutexLock(const OsMutexLock&) = delete;
  OsMutexLock& operator=(const OsMutexLock&) = delete;

 private:
  OsMutex& mutex_;
};

}  // namespace netlite
