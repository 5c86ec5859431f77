// SPDX-License-Identifier: MIT
//
// CallClock: from when on the timeout of a socket call counts, inside a member call of the user and outside.
#include "thread/call_clock.hpp"

#include "support/approach.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>

namespace {

using netlite::CallClock;
using netlite::Deadline;
using netlite::test::spinUntil;
using namespace std::chrono_literals;

// The moment from which a timeout counts that is used now.
Deadline::Clock::time_point startOfTimeout() { return CallClock::deadline(1h).time() - 1h; }

// Returns a moment that has passed, but came after everything before this call.
Deadline::Clock::time_point later() {
  const auto moment = Deadline::Clock::now() + 1ms;
  spinUntil(moment);
  return moment;
}

TEST(CallClockTest, NoTimeoutIsNoDeadline) {
  EXPECT_TRUE(CallClock::deadline(0ms).isNever());
  const CallClock clock;
  EXPECT_TRUE(CallClock::deadline(0ms).isNever());
}

TEST(CallClockTest, OutsideATimeoutCountsFromTheSocketCall) {
  startOfTimeout();
  const auto moment = later();
  EXPECT_GE(startOfTimeout(), moment);
}

TEST(CallClockTest, InsideEveryTimeoutCountsFromTheFirst) {
  const CallClock clock;
  const auto start = startOfTimeout();
  later();
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, InsideDifferentTimeoutsCountFromTheSameStart) {
  const CallClock clock;
  const Deadline first = CallClock::deadline(1h);
  later();
  EXPECT_EQ(CallClock::deadline(2h).time(), first.time() + 1h);
}

TEST(CallClockTest, ACallWithoutATimeoutStartsNoClock) {
  const CallClock clock;
  CallClock::deadline(0ms);
  const auto moment = later();
  EXPECT_GE(startOfTimeout(), moment);
}

TEST(CallClockTest, AnInnerCallCountsFromTheOutersStart) {
  const CallClock outer;
  const auto start = startOfTimeout();
  later();
  {
    const CallClock inner;
    EXPECT_EQ(startOfTimeout(), start);
  }
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, AnInnerCallStartsTheOutersClock) {
  const CallClock outer;
  std::optional<Deadline::Clock::time_point> start;
  {
    const CallClock inner;
    start = startOfTimeout();
  }
  later();
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, TheNextCallCountsAnew) {
  {
    const CallClock clock;
    startOfTimeout();
  }
  const auto moment = later();
  const CallClock clock;
  EXPECT_GE(startOfTimeout(), moment);
}

TEST(CallClockTest, StartStartsItBeforeTheFirstTimeout) {
  const CallClock clock;
  CallClock::start();
  const auto moment = later();
  EXPECT_LT(startOfTimeout(), moment);
}

TEST(CallClockTest, ASecondStartChangesNothing) {
  const CallClock clock;
  const auto start = startOfTimeout();
  later();
  CallClock::start();
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, AnotherThreadHasItsOwn) {
  const CallClock clock;
  startOfTimeout();
  const auto moment = later();
  std::thread([moment] { EXPECT_GE(startOfTimeout(), moment); }).join();
}

// ---- whether the call has read before -------------------------------------------------------------------------------

TEST(CallClockTest, OutsideNoReadIsASecondOne) {
  startOfTimeout();
  EXPECT_FALSE(CallClock::readsAgain());
  EXPECT_FALSE(CallClock::readsAgain());
}

TEST(CallClockTest, InsideEveryReadButTheFirstReadsAgain) {
  const CallClock clock;
  startOfTimeout();
  EXPECT_FALSE(CallClock::readsAgain());
  EXPECT_TRUE(CallClock::readsAgain());
  startOfTimeout();
  EXPECT_TRUE(CallClock::readsAgain());
}

TEST(CallClockTest, TheNextCallHasNotReadYet) {
  for (int call = 0; call < 2; ++call) {
    const CallClock clock;
    startOfTimeout();
    EXPECT_FALSE(CallClock::readsAgain());
  }
}

}  // namespace
