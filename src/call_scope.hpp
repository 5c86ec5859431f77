// SPDX-License-Identifier: MIT
//
// The member call that the user made, as the sockets below it see it. readLine() may need many reads; the timeout is
// promised for all of them together, whatever streams lie in between. So the outermost call of a thread opens a scope,
// and every socket wait inside counts its timeout from the scope's start. The clock is read only when a timeout asks.
// Thread-safety: a scope belongs to the thread that opens it.
#pragma once

#include "deadline.hpp"

namespace netlite {

class CallScope {
 public:
  CallScope() noexcept {
    if (depth_++ == 0) started_ = false;
  }
  ~CallScope() { --depth_; }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  /// Fixes the call's start now: for a member that may wait for another thread before it reaches a socket.
  static void start() noexcept {
    if (started_) return;
    start_ = Deadline::Clock::now();
    started_ = true;
  }

  /// The deadline of a socket call with this timeout. Call it inside a scope.
  static Deadline deadline(std::chrono::milliseconds timeout) noexcept {
    if (timeout.count() == 0) return Deadline::never();
    start();
    return Deadline::after(start_, timeout);
  }

 private:
  static inline thread_local int depth_ = 0;
  static inline thread_local bool started_ = false;
  static inline thread_local Deadline::Clock::time_point start_{};
};

}  // namespace netlite
