// SPDX-License-Identifier: MIT
//
// Deadline: which timeouts mean never, and rounding.
#include "base/deadline.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace {

using netlite::Deadline;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

TEST(DeadlineTest, NeverDoesNotPass) {
  EXPECT_TRUE(Deadline::never().isNever());
  EXPECT_FALSE(Deadline::never().hasPassed());
  EXPECT_EQ(Deadline::never().remaining(), milliseconds::max());
}

TEST(DeadlineTest, ZeroMeansNever) { EXPECT_TRUE(Deadline::after(0ms).isNever()); }

TEST(DeadlineTest, TheMaximumTimeoutMeansNever) { EXPECT_TRUE(Deadline::after(milliseconds::max()).isNever()); }

TEST(DeadlineTest, WithinZeroHasPassed) { EXPECT_TRUE(Deadline::within(0ms).hasPassed()); }

TEST(DeadlineTest, WithinTheMaximumMeansNever) { EXPECT_TRUE(Deadline::within(milliseconds::max()).isNever()); }

TEST(DeadlineTest, WithinATimeIsThatTimeFromNow) {
  const Deadline deadline = Deadline::within(1h);
  EXPECT_LE(deadline.remaining(), 1h);
  EXPECT_GT(deadline.remaining(), 59min);
}

TEST(DeadlineTest, ATimeoutBeyondTheClocksRangeMeansNever) {
  const Deadline::Clock::time_point start = Deadline::Clock::time_point::max() - 5ms;
  EXPECT_TRUE(Deadline::after(start, 6ms).isNever());
  EXPECT_FALSE(Deadline::after(start, 4ms).isNever());
}

TEST(DeadlineTest, CountsFromTheGivenStart) {
  const Deadline::Clock::time_point start = Deadline::Clock::now();
  EXPECT_EQ(Deadline::after(start, 70ms).time(), start + 70ms);
}

TEST(DeadlineTest, HasPassedOnceItsTimeIsReached) {
  const Deadline::Clock::time_point now = Deadline::Clock::now();
  EXPECT_TRUE(Deadline::after(now - 10ms, 10ms).hasPassed());
  EXPECT_FALSE(Deadline::after(now, 1h).hasPassed());
}

TEST(DeadlineTest, NoTimeRemainsAfterItHasPassed) {
  EXPECT_EQ(Deadline::after(Deadline::Clock::now() - 10ms, 5ms).remaining(), 0ms);
}

TEST(DeadlineTest, RemainingIsRoundedUpSoThatWaitsDoNotEndEarly) {
  const Deadline deadline = Deadline::after(1h);
  const Deadline::Clock::time_point before = Deadline::Clock::now();
  EXPECT_GE(before + deadline.remaining(), deadline.time());
  EXPECT_LE(deadline.remaining(), 1h);
}

TEST(DeadlineTest, EarlierReturnsTheEarlierOfTwoDeadlines) {
  const Deadline::Clock::time_point now = Deadline::Clock::now();
  const Deadline soon = Deadline::after(now, 1ms);
  const Deadline late = Deadline::after(now, 2ms);
  EXPECT_EQ(earlier(soon, late).time(), soon.time());
  EXPECT_EQ(earlier(late, soon).time(), soon.time());
  EXPECT_EQ(earlier(Deadline::never(), late).time(), late.time());
}

}  // namespace
