// SPDX-License-Identifier: MIT
//
// A writer's member call while it holds the writer's lock. The stream's timeout is promised for the whole call, so
// where another thread has the lock the call's time runs from here on, not from its turn. Thread-safety: one per call;
// it belongs to the thread that opens it.
#pragma once

#include "call_scope.hpp"
#include "mutex.hpp"

#include <mutex>

namespace netlite {

class LockedCall {
 public:
  explicit LockedCall(Mutex& mutex) : lock_(mutex, std::try_to_lock) {
    if (lock_.owns_lock()) return;
    CallScope::start();
    lock_.lock();
  }

 private:
  CallScope scope_;
  std::unique_lock<Mutex> lock_;
};

}  // namespace netlite
