// SPDX-License-Identifier: MIT
//
// A writer's member call while it holds the writer's lock. The stream's timeout is promised for the whole call, so
// where another thread has the lock the call's time runs from here on, not from its turn.
// Thread-safety: one per call; it belongs to the thread that opens it.
#pragma once

#include "call_scope.hpp"
#include "mutex.hpp"

#include <optional>

namespace netlite {

class LockedCall {
 public:
  explicit LockedCall(Mutex& mutex) : mutex_(mutex) {
    if (mutex_.try_lock()) return;
    waited_.emplace();
    CallScope::start();
    mutex_.lock();
  }
  ~LockedCall() { mutex_.unlock(); }
  LockedCall(const LockedCall&) = delete;
  LockedCall& operator=(const LockedCall&) = delete;

 private:
  Mutex& mutex_;
  std::optional<CallScope> waited_;  // from where the lock was not free
};

}  // namespace netlite
