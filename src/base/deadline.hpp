// SPDX-License-Identifier: MIT
//
// Deadline: a time on the monotonic clock by which a call has to end, or never.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include <algorithm>
#include <chrono>

namespace netlite {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr Deadline never() noexcept { return Deadline(Clock::time_point::max()); }

  static constexpr Deadline at(Clock::time_point time) noexcept { return Deadline(time); }

  /// The time `timeout` after `start`. Zero and durations beyond the clock's range mean never, as the public headers
  /// promise.
  static Deadline after(Clock::time_point start, std::chrono::milliseconds timeout) noexcept {
    const auto max = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - start);
    return timeout.count() == 0 || timeout >= max ? never() : Deadline(start + timeout);
  }

  static Deadline after(std::chrono::milliseconds timeout) noexcept {
    return timeout.count() == 0 ? never() : after(Clock::now(), timeout);
  }

  /// The deadline of a member of threads, where a timeout of 0 has already passed: the member asks once and returns.
  static Deadline within(std::chrono::milliseconds timeout) noexcept {
    return timeout.count() == 0 ? at(Clock::now()) : after(timeout);
  }

  constexpr bool isNever() const noexcept { return time_ == Clock::time_point::max(); }
  bool hasPassed() const noexcept { return !isNever() && Clock::now() >= time_; }
  constexpr Clock::time_point time() const noexcept { return time_; }

  /// The remaining time, rounded up so that a wait of this length never ends early; max() for never.
  std::chrono::milliseconds remaining() const noexcept {
    if (isNever()) return std::chrono::milliseconds::max();
    return std::chrono::ceil<std::chrono::milliseconds>(std::max(time_ - Clock::now(), Clock::duration::zero()));
  }

  friend constexpr Deadline earlier(Deadline left, Deadline right) noexcept {
    return left.time_ < right.time_ ? left : right;
  }

 private:
  constexpr explicit Deadline(Clock::time_point time) noexcept : time_(time) {}

  Clock::time_point time_;
};

}  // namespace netlite
