// SPDX-License-Identifier: MIT
//
// CallClock: when the user's member call started, which is the time that the timeouts of sockets count from.
// Thread-safety: a clock belongs to the strand that opens it.
#pragma once

#include "base/deadline.hpp"
#include "thread/strand.hpp"

#include <cassert>
#include <utility>

namespace netlite {

/// readLine() may need many reads, and its timeout is a deadline for all of them, whatever streams lie in between. So
/// the outermost member call of a strand opens a clock, and every socket call inside it counts its timeout from the
/// clock's start. The system's clock is read only if there is a timeout.
class CallClock {
 public:
  CallClock() noexcept { ++current_strand.call.depth; }
  ~CallClock() {
    if (--current_strand.call.depth == 0) current_strand.call.started = false;
  }
  CallClock(const CallClock&) = delete;
  CallClock& operator=(const CallClock&) = delete;

  /// Starts the call's clock now, for members that may block on a lock before they reach a socket. Requires an open
  /// clock.
  static void start() noexcept {
    Strand::MemberCall& call = current_strand.call;
    assert(call.depth > 0);
    if (call.started) return;
    call.start = Deadline::Clock::now();
    call.started = true;
    call.hasRead = false;
  }

  /// The deadline of a socket call with this timeout.
  static Deadline deadline(std::chrono::milliseconds timeout) noexcept {
    return timeout.count() == 0 ? Deadline::never() : deadlineOfCall(timeout);
  }

  /// Returns whether this member call has read before, and records that it has. Valid only after a deadline() other
  /// than never().
  static bool readsAgain() noexcept {
    Strand::MemberCall& call = current_strand.call;
    return call.depth != 0 && std::exchange(call.hasRead, true);
  }

 private:
  static Deadline deadlineOfCall(std::chrono::milliseconds timeout) noexcept {
    if (current_strand.call.depth == 0) return Deadline::after(timeout);  // the user called the socket itself
    start();
    return Deadline::after(current_strand.call.start, timeout);
  }
};

}  // namespace netlite
