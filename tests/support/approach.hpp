// SPDX-License-Identifier: MIT
//
// approach(): provokes a race between an event of the test and one of another thread, whose time the test cannot know.
// Thread-safety: no shared state.
#pragma once

#include "support/sanitizers.hpp"

#include <chrono>

namespace netlite::test {

inline constexpr int kApproachRounds = kInstrumented ? 300 : 1500;

/// Calls `round(delay)` many times, for a few seconds at most. A round causes the test's event after this delay and
/// returns whether it came first. If so, the next delay is a little longer, otherwise a little shorter: soon the rounds
/// stay close to the other thread's event.
template <typename Round>
void approach(Round round) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(6);
  std::chrono::microseconds delay(0);
  for (int number = 0; number < kApproachRounds && Clock::now() < end; ++number) {
    delay += round(delay) ? std::chrono::microseconds(2) : std::chrono::microseconds(-2);
  }
}

/// Returns at `time`. A sleep would end whenever the system gets around to waking the thread.
inline void spinUntil(std::chrono::steady_clock::time_point time) {
  while (std::chrono::steady_clock::now() < time) {
  }
}

}  // namespace netlite::test
