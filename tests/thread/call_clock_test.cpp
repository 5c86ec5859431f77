// SPDX-License-Identifier: MIT
//
// CallClock: when the timeout of a socket call starts, inside a member call of the user and outside of any.
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

// The start of a timeout that is used now.
Deadline::Clock::time_point startOfTimeout() { return CallClock::deadline(1h).time() - 1h; }

// Returns a moment that is later than this call's start, and has passed.
Deadline::Clock::time_point later() {
  const auto moment = Deadline::Clock::now() + 1ms;
  spinUntil(moment);
  return moment;
}

TEST(CallClockTest, ZeroMeansNoDeadline) {
  EXPECT_TRUE(CallClock::deadline(0ms).isNever());
  const CallClock clock;
  EXPECT_TRUE(CallClock::deadline(0ms).isNever());
}

TEST(CallClockTest, OutsideACallATimeoutStartsWithTheSocketCall) {
  startOfTimeout();
  const auto moment = later();
  EXPECT_GE(startOfTimeout(), moment);
}

TEST(CallClockTest, InsideACallEveryTimeoutStartsWithTheFirst) {
  const CallClock clock;
  const auto start = startOfTimeout();
  later();
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, InsideACallDifferentTimeoutsStartTogether) {
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

TEST(CallClockTest, AnInnerCallUsesTheClockOfTheOuterCall) {
  const CallClock outer;
  const auto start = startOfTimeout();
  later();
  {
    const CallClock inner;
    EXPECT_EQ(startOfTimeout(), start);
  }
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, AnInnerCallStartsTheClockOfTheOuterCall) {
  const CallClock outer;
  std::optional<Deadline::Clock::time_point> start;
  {
    const CallClock inner;
    start = startOfTimeout();
  }
  later();
  EXPECT_EQ(startOfTimeout(), start);
}

TEST(CallClockTest, TheNextCallStartsAnotherClock) {
  {
    const CallClock clock;
    startOfTimeout();
  }
  const auto moment = later();
  const CallClock clock;
  EXPECT_GE(startOfTimeout(), moment);
}

TEST(CallClockTest, StartStartsTheClockBeforeTheFirstTimeout) {
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

TEST(CallClockTest, AnotherThreadHasItsOwnClock) {
  const CallClock clock;
  startOfTimeout();
  const auto moment = later();
  std::thread([moment] { EXPECT_GE(startOfTimeout(), moment); }).join();
}

// ---- whether the call has read before -------------------------------------------------------------------------------

TEST(CallClockTest, OutsideACallEveryReadIsTheFirst) {
  startOfTimeout();
  EXPECT_FALSE(CallClock::readsAgain());
  EXPECT_FALSE(CallClock::readsAgain());
}

TEST(CallClockTest, InsideACallEveryReadAfterTheFirstReadsAgain) {
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
