// SPDX-License-Identifier: MIT
//
// The member call that the user made, as the sockets below it see it. readLine() may need many reads; the timeout is
// promised for all of them together, whatever streams lie in between. So the outermost call of a thread opens a scope,
// and every socket wait inside counts its timeout from the scope's start. The clock is read only when a timeout asks.
// Thread-safety: a scope belongs to the thread that opens it.
#pragma once

#include "base/deadline.hpp"

#include <utility>

namespace netlite {

class CallClock {
 public:
  CallClock() noexcept { ++current_.depth; }
  ~CallClock() {
    if (--current_.depth == 0) current_.started = false;
  }
  CallClock(const CallClock&) = delete;
  CallClock& operator=(const CallClock&) = delete;

  /// Fixes the call's start now: for a member that may wait for another thread before it reaches a socket. Inside a
  /// scope.
  static void start() noexcept {
    if (current_.started) return;
    current_.start = Deadline::Clock::now();
    current_.started = true;
    current_.has_read = false;
  }

  /// The deadline of a socket call with this timeout.
  static Deadline deadline(std::chrono::milliseconds timeout) noexcept {
    return timeout.count() == 0 ? Deadline::never() : deadlineOfCall(timeout);
  }

  /// Whether the member call has read before; from now on it has. Only where deadline() gave one that is not never().
  static bool readsAgain() noexcept { return current_.depth != 0 && std::exchange(current_.has_read, true); }

 private:
  struct MemberCall {
    int depth;      // scopes that are open
    bool started;   // whether what follows is known
    bool has_read;  // from a socket
    Deadline::Clock::time_point start;
  };

  static Deadline deadlineOfCall(std::chrono::milliseconds timeout) noexcept {
    if (current_.depth == 0) return Deadline::after(timeout);  // no scope: the socket's call is the user's own
    start();
    return Deadline::after(current_.start, timeout);
  }

  static inline thread_local MemberCall current_{};
};

}  // namespace netlite
