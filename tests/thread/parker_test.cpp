// SPDX-License-Identifier: MIT
//
// Parker: an unpark ends the current or the next park, and a park ends at its deadline.
#include "thread/parker.hpp"

#include "support/blocked_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using netlite::Deadline;
using netlite::Parker;
using netlite::test::BlockedThread;
using namespace std::chrono_literals;

Deadline passedDeadline() { return Deadline::at(Deadline::Clock::now() - 1h); }

TEST(ParkerTest, AnEarlierUnparkEndsTheNextPark) {
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(parker.park(Deadline::never()));
}

TEST(ParkerTest, AnEarlierUnparkEndsTheNextTimedPark) {
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(parker.park(Deadline::after(1h)));
}

TEST(ParkerTest, AnEarlierUnparkEndsAParkWhoseDeadlineHasPassed) {
  Parker parker;
  parker.unpark();
  EXPECT_TRUE(parker.park(passedDeadline()));
}

class ParkedThreadTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(, ParkedThreadTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Timed" : "Untimed"; });

TEST_P(ParkedThreadTest, IsWokenByAnUnpark) {
  Parker parker;
  bool wasUnparked = false;
  BlockedThread parked([&] { wasUnparked = parker.park(GetParam() ? Deadline::after(1h) : Deadline::never()); });
  parked.waitUntilAsleep();
  EXPECT_FALSE(parked.hasEnded());
  parker.unpark();
  parked.join();
  EXPECT_TRUE(wasUnparked);
}

TEST(ParkerTest, AParkEndsAtItsDeadline) {
  Parker parker;
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(parker.park(deadline));
  EXPECT_TRUE(deadline.hasPassed());
}

TEST(ParkerTest, AParkWhoseDeadlineHasPassedEndsImmediately) {
  Parker parker;
  EXPECT_FALSE(parker.park(passedDeadline()));
}

TEST(ParkerTest, AnUnparkAfterTheDeadlineEndsTheNextPark) {
  Parker parker;
  EXPECT_FALSE(parker.park(passedDeadline()));
  parker.unpark();
  EXPECT_TRUE(parker.park(Deadline::never()));
}

}  // namespace
