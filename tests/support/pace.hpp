// SPDX-License-Identifier: MIT
//
// For tests of programs that wait a short time only, such as half a second for a peer that has to say something: on a
// machine that stands still meanwhile, such a program rightly goes on.
// Thread-safety: belongs to one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>

namespace netlite::test {

/// The longest time between two steps of a test.
class Pace {
 public:
  void step() {
    const auto now = Clock::now();
    if (last_) longest_ = std::max(longest_, now - *last_);
    last_ = now;
  }

  bool isSlowerThan(std::chrono::milliseconds time) const { return longest_ > time; }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<Clock::time_point> last_;
  Clock::duration longest_{0};
};

/// Runs an attempt, and again if it failed and was held up, five times at most. Returns whether the last one succeeded,
/// or throws what it threw.
///
/// @param bearable how long a step may take, clearly less than what the program waits
/// @param attempt  takes a Pace and calls its step() before and after what may not take longer. Returns whether it
///                 succeeded.
template <typename Attempt>
bool succeedsUnlessHeldUp(std::chrono::milliseconds bearable, const Attempt& attempt) {
  for (int repeatable = 4;; --repeatable) {
    Pace pace;
    const auto mayRepeat = [&] {
      pace.step();
      return repeatable > 0 && pace.isSlowerThan(bearable);
    };
    try {
      if (attempt(pace)) return true;
      if (!mayRepeat()) return false;
    } catch (const std::exception&) {
      if (!mayRepeat()) throw;
    }
  }
}

}  // namespace netlite::test
