// SPDX-License-Identifier: MIT
//
// TimedLock: mutual exclusion, and when the timeouts of the call that holds it start.
#include "thread/timed_lock.hpp"

#include "support/approach.hpp"
#include "support/blocked_thread.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>

namespace {

using netlite::CallClock;
using netlite::Deadline;
using netlite::TimedLock;
using netlite::WordMutex;
using netlite::test::BlockedThread;
using netlite::test::spinUntil;
using namespace std::chrono_literals;
using Moment = Deadline::Clock::time_point;

Moment startOfTimeout() { return CallClock::deadline(1h).time() - 1h; }

Moment later() {
  const Moment moment = Deadline::Clock::now() + 1ms;
  spinUntil(moment);
  return moment;
}

class TimedLockTest : public testing::Test {
 protected:
  // Runs `call` in another thread that has to wait for the lock. Returns a moment during the wait.
  template <typename Call>
  Moment runContended(Call call) {
    mutex_.lock();
    BlockedThread thread(call);
    thread.waitUntilAsleep();
    EXPECT_FALSE(thread.hasEnded());
    const Moment moment = later();
    mutex_.unlock();
    thread.join();
    return moment;
  }

  bool isFree() { return std::unique_lock<WordMutex>(mutex_, std::try_to_lock).owns_lock(); }

  WordMutex mutex_;
};

TEST_F(TimedLockTest, HoldsTheLockForItsScope) {
  {
    const TimedLock lock(mutex_);
    EXPECT_FALSE(isFree());
  }
  EXPECT_TRUE(isFree());
}

TEST_F(TimedLockTest, HoldsALockAfterWaitingForIt) {
  bool wasFree = true;
  runContended([&] {
    const TimedLock lock(mutex_);
    wasFree = isFree();
  });
  EXPECT_FALSE(wasFree);
  EXPECT_TRUE(isFree());
}

TEST_F(TimedLockTest, AFreeLockStartsNoClock) {
  const TimedLock lock(mutex_);
  const Moment moment = later();
  EXPECT_GE(startOfTimeout(), moment);
}

TEST_F(TimedLockTest, TheTimeSpentWaitingForTheLockCounts) {
  Moment start;
  const Moment moment = runContended([&] {
    const TimedLock lock(mutex_);
    start = startOfTimeout();
  });
  EXPECT_LT(start, moment);
}

TEST_F(TimedLockTest, AWaitForTheLockStartsTheClockOfTheOuterCall) {
  Moment start;
  const Moment moment = runContended([&] {
    const CallClock outer;
    { const TimedLock lock(mutex_); }
    start = startOfTimeout();
  });
  EXPECT_LT(start, moment);
}

TEST_F(TimedLockTest, TheClockEndsWithTheLock) {
  runContended([&] {
    { const TimedLock lock(mutex_); }
    const Moment moment = later();
    EXPECT_GE(startOfTimeout(), moment);
  });
}

}  // namespace
