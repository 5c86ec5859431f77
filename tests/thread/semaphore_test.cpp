// SPDX-License-Identifier: MIT
//
// Semaphore: how many threads of both kinds get a permit, times, and that no permit is lost.
#include <netlite/semaphore.hpp>

#include "tests/thread/thread_kinds.hpp"

#include <netlite/exceptions.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <stdexcept>

namespace {

using netlite::IllegalStateException;
using netlite::Semaphore;
using netlite::Thread;
using netlite::test::bothKinds;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::ThreadKindTest;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class SemaphoreTest : public ThreadKindTest {};

INSTANTIATE_TEST_SUITE_P(, SemaphoreTest, bothKinds(), nameOf);

TEST_P(SemaphoreTest, GivesAsManyPermitsAsItHas) {
  Semaphore permits(2);
  run([&] {
    permits.acquire();
    EXPECT_TRUE(permits.tryAcquire(1h));
    EXPECT_FALSE(permits.tryAcquire(0ms));
  });
}

TEST_P(SemaphoreTest, AcquireWaitsForARelease) {
  Semaphore permits(0);
  const Thread waiting = start([&] { permits.acquire(); });
  EXPECT_FALSE(waiting.join(kMoment));
  permits.release();
  EXPECT_TRUE(waiting.join(kPatience));
  EXPECT_FALSE(permits.tryAcquire(0ms));
}

TEST_P(SemaphoreTest, TryAcquireWaitsForARelease) {
  Semaphore permits(0);
  const Thread waiting = start([&] { EXPECT_TRUE(permits.tryAcquire(1h)); });
  EXPECT_FALSE(waiting.join(kMoment));
  permits.release();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(SemaphoreTest, TryAcquireEndsAtItsTime) {
  run([] {
    Semaphore permits(0);
    const auto start = Clock::now();
    EXPECT_FALSE(permits.tryAcquire(kMoment));
    EXPECT_GE(Clock::now() - start, kMoment);
  });
}

TEST_P(SemaphoreTest, ATimeOfMaxWaitsForARelease) {
  Semaphore permits(0);
  const Thread waiting = start([&] { EXPECT_TRUE(permits.tryAcquire(std::chrono::milliseconds::max())); });
  EXPECT_FALSE(waiting.join(kMoment));
  permits.release();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(SemaphoreTest, AReleaseWakesOneThread) {
  Semaphore permits(0);
  std::atomic<int> awake{0};
  const auto wait = [&] {
    permits.acquire();
    ++awake;
  };
  const Thread first = start(wait);
  const Thread second = start(wait);
  permits.release();
  while (awake == 0) Thread::sleep(1ms);
  Thread::sleep(kMoment);
  EXPECT_EQ(awake, 1);
  permits.release();
  first.join();
  second.join();
}

TEST_P(SemaphoreTest, AnotherThreadMayReleaseThePermit) {
  Semaphore permits(1);
  permits.acquire();
  run([&] { permits.release(); });
  EXPECT_TRUE(permits.tryAcquire(0ms));
}

TEST_P(SemaphoreTest, LimitsHowManyRunTogether) {
  Semaphore permits(3);
  std::atomic<int> running{0};
  std::atomic<int> max{0};
  runInThreads(20, [&](int) {
    permits.acquire();
    const int now = ++running;
    for (int seen = max; seen < now && !max.compare_exchange_weak(seen, now);) {
    }
    Thread::sleep(1ms);
    --running;
    permits.release();
  });
  EXPECT_LE(max, 3);
}

TEST_P(SemaphoreTest, AThreadThatGivesUpLosesNoPermit) {
  Semaphore permits(0);
  for (int round = 0; round < 100; ++round) {
    bool isAcquired = false;
    const Thread timed = start([&] { isAcquired = permits.tryAcquire(1ms); });
    for (const auto end = Clock::now() + std::chrono::microseconds(20 * round); Clock::now() < end;) {
    }
    permits.release();
    timed.join();
    ASSERT_NE(permits.tryAcquire(0ms), isAcquired);
  }
}

TEST(SemaphoreArgumentTest, ANegativeTimeIsAnArgumentError) {
  Semaphore permits(1);
  EXPECT_THROW(permits.tryAcquire(-1ms), std::invalid_argument);
  EXPECT_TRUE(permits.tryAcquire());
}

TEST(SemaphoreArgumentTest, ANegativeNumberOfPermitsIsAnArgumentError) {
  EXPECT_THROW(Semaphore(-1), std::invalid_argument);
}

TEST(SemaphoreArgumentTest, AReleaseBeyondTheRangeThrows) {
  Semaphore permits(std::numeric_limits<int>::max());
  EXPECT_THROW(permits.release(), IllegalStateException);
  EXPECT_TRUE(permits.tryAcquire());
  permits.release();
}

}  // namespace
