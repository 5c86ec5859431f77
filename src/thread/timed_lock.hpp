// SPDX-License-Identifier: MIT
//
// TimedLock: a writer's member call while it holds the writer's lock. If the lock is contended, the call's clock starts
// here and not when the lock is acquired: the stream's timeout is a deadline for the whole call.
// Thread-safety: one per call; it belongs to the strand that makes it.
#pragma once

#include "base/thread_annotations.hpp"
#include "thread/call_clock.hpp"
#include "thread/mutex.hpp"

#include <optional>

namespace netlite {

class NETLITE_SCOPED_CAPABILITY TimedLock {
 public:
  explicit TimedLock(Mutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) {
    if (mutex_.try_lock()) return;
    contended_.emplace();
    CallClock::start();
    mutex_.lock();
  }
  ~TimedLock() NETLITE_RELEASE() { mutex_.unlock(); }
  TimedLock(const TimedLock&) = delete;
  TimedLock& operator=(const TimedLock&) = delete;

 private:
  Mutex& mutex_;
  std::optional<CallClock> contended_;  // engaged only if the lock was contended
};

}  // namespace netlite
