// SPDX-License-Identifier: MIT
//
// TimedLock: holds a writer's lock for one member call, whose timeout includes the wait for the lock.
// Thread-safety: belongs to the strand that creates it.
#pragma once

#include "base/thread_annotations.hpp"
#include "thread/call_clock.hpp"
#include "thread/word_mutex.hpp"

#include <optional>

namespace netlite {

/// If the lock is contended, the call's clock starts before the wait and not once the lock is held: the stream's
/// timeout is a deadline for the whole call.
class NETLITE_SCOPED_CAPABILITY TimedLock {
 public:
  explicit TimedLock(WordMutex& mutex) NETLITE_ACQUIRE(mutex) : mutex_(mutex) {
    if (mutex_.try_lock()) return;
    contended_.emplace();
    CallClock::start();
    mutex_.lock();
  }
  ~TimedLock() NETLITE_RELEASE() { mutex_.unlock(); }
  TimedLock(const TimedLock&) = delete;
  TimedLock& operator=(const TimedLock&) = delete;

 private:
  WordMutex& mutex_;
  std::optional<CallClock> contended_;  // engaged only if the lock was contended
};

}  // namespace netlite
