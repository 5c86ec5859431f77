// SPDX-License-Identifier: MIT
//
// A writer's member call while it holds the writer's lock. The stream's timeout is promised for the whole call, so
// where another thread has the lock the call's time runs from here on, not from its turn.
// Thread-safety: one per call; it belongs to the thread that opens it.
#pragma once

#include "thread/call_clock.hpp"
#include "thread/mutex.hpp"

#include <optional>

namespace netlite {

class TimedLock {
 public:
  explicit TimedLock(Mutex& mutex) : mutex_(mutex) {
    if (mutex_.try_lock()) return;
    waited_.emplace();
    CallClock::start();
    mutex_.lock();
  }
  ~TimedLock() { mutex_.unlock(); }
  TimedLock(const TimedLock&) = delete;
  TimedLock& operator=(const TimedLock&) = delete;

 private:
  Mutex& mutex_;
  std::optional<CallClock> waited_;  // from where the lock was not free
};

}  // namespace netlite
