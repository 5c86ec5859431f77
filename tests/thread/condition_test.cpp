// SPDX-License-Identifier: MIT
//
// Condition: waiting with each kind of lock, times, and that no notification is lost, for both kinds of thread.
#include <netlite/condition.hpp>

#include "tests/thread/thread_kinds.hpp"

#include <netlite/mutex.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace {

using netlite::Condition;
using netlite::Mutex;
using netlite::Thread;
using netlite::test::bothKinds;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::ThreadKindTest;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kForever = std::chrono::milliseconds::max();

class ConditionTest : public ThreadKindTest {
 protected:
  ~ConditionTest() override {  // so that a failed test ends
    const std::lock_guard<Mutex> lock(mutex_);
    is_ready_ = true;
    condition_.notify_all();
  }

  // Starts a thread that calls `wait` with the lock held, and returns once it waits.
  template <typename Wait>
  Thread startWaiting(Wait wait) {
    std::atomic<bool> hasLock{false};
    Thread thread = start([this, wait, &hasLock] {
      std::unique_lock<Mutex> lock(mutex_);
      hasLock = true;
      wait(lock);
    });
    while (!hasLock) Thread::yield();
    const std::lock_guard<Mutex> lock(mutex_);  // free as soon as the thread waits
    return thread;
  }

  void makeReady() {
    const std::lock_guard<Mutex> lock(mutex_);
    is_ready_ = true;
  }

  int countAwakeOfThreeAfterNotifyOne() {
    std::atomic<int> awake{0};
    std::vector<Thread> waiting;
    for (int i = 0; i < 3; ++i) {
      waiting.push_back(startWaiting([this, &awake](auto& lock) {
        condition_.wait(lock);
        ++awake;
      }));
    }
    Thread::sleep(kMoment);  // the last one may just be parking
    condition_.notify_one();
    const auto end = Clock::now() + kPatience;
    while (awake == 0 && Clock::now() < end) Thread::sleep(1ms);
    Thread::sleep(kMoment);
    const int count = awake;
    condition_.notify_all();
    for (const Thread& thread : waiting) thread.join();
    return count;
  }

  Mutex mutex_;
  Condition condition_;
  bool is_ready_ = false;  // guarded by mutex_
};

INSTANTIATE_TEST_SUITE_P(, ConditionTest, bothKinds(), nameOf);

TEST_P(ConditionTest, AWaitEndsWithANotification) {
  const Thread waiting = startWaiting([this](auto& lock) { condition_.wait(lock); });
  EXPECT_FALSE(waiting.join(kMoment));
  condition_.notify_one();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ConditionTest, AWaitWithAPredicateEndsOnceItHolds) {
  const Thread waiting = startWaiting([this](auto& lock) {
    condition_.wait(lock, [this] { return is_ready_; });
    EXPECT_TRUE(is_ready_);
  });
  condition_.notify_all();
  EXPECT_FALSE(waiting.join(kMoment));
  makeReady();
  condition_.notify_all();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ConditionTest, AWaitForAPredicateThatHoldsReturns) {
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    condition_.wait(lock, [] { return true; });
    EXPECT_TRUE(condition_.wait_for(lock, 1h, [] { return true; }));
  });
}

TEST_P(ConditionTest, ATimedWaitReturnsTrueIfItWasNotified) {
  const Thread waiting = startWaiting([this](auto& lock) { EXPECT_TRUE(condition_.wait_for(lock, 1h)); });
  condition_.notify_one();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ConditionTest, ATimedWaitReturnsFalseIfTheTimeCameFirst) {
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    const auto start = Clock::now();
    EXPECT_FALSE(condition_.wait_for(lock, kMoment));
    EXPECT_GE(Clock::now() - start, kMoment);
    EXPECT_TRUE(lock.owns_lock());
  });
}

TEST_P(ConditionTest, ATimedWaitReturnsWhatThePredicateReturnedLast) {
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    EXPECT_FALSE(condition_.wait_for(lock, 1ms, [] { return false; }));
    int calls = 0;
    EXPECT_TRUE(condition_.wait_for(lock, 1ms, [&] { return ++calls == 2; }));  // asked again when the time is over
  });
}

TEST_P(ConditionTest, ATimedWaitEndsOnceThePredicateHolds) {
  const Thread waiting =
      startWaiting([this](auto& lock) { EXPECT_TRUE(condition_.wait_for(lock, 1h, [this] { return is_ready_; })); });
  makeReady();
  condition_.notify_one();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ConditionTest, NotificationsDoNotProlongATimedWait) {
  std::atomic<bool> hasEnded{false};
  const Thread waiting = startWaiting([&](auto& lock) {
    EXPECT_FALSE(condition_.wait_for(lock, 50ms, [] { return false; }));
    hasEnded = true;
  });
  const auto end = Clock::now() + kPatience;
  while (!hasEnded && Clock::now() < end) {
    condition_.notify_all();
    Thread::sleep(1ms);
  }
  EXPECT_TRUE(hasEnded);
  waiting.join();
}

TEST_P(ConditionTest, ATimeOfZeroAsksOnce) {
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    EXPECT_FALSE(condition_.wait_for(lock, 0ms));
    EXPECT_FALSE(condition_.wait_for(lock, 0ms, [] { return false; }));
    EXPECT_TRUE(condition_.wait_for(lock, 0ms, [] { return true; }));
  });
}

TEST_P(ConditionTest, ATimeOfMaxWaitsForANotification) {
  const Thread waiting = startWaiting([this](auto& lock) { EXPECT_TRUE(condition_.wait_for(lock, kForever)); });
  EXPECT_FALSE(waiting.join(kMoment));
  condition_.notify_one();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ConditionTest, ANegativeTimeIsAnArgumentError) {
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    EXPECT_THROW(condition_.wait_for(lock, -1ms), std::invalid_argument);
    EXPECT_THROW(condition_.wait_for(lock, -1ms, [] { return true; }), std::invalid_argument);
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_FALSE(mutex_.try_lock());
  });
}

// A wait may end without a notification, so one of several rounds must show it.
TEST_P(ConditionTest, NotifyOneWakesOne) {
  int awake = 0;
  for (int round = 0; round < 10 && awake != 1; ++round) awake = countAwakeOfThreeAfterNotifyOne();
  EXPECT_EQ(awake, 1);
}

TEST_P(ConditionTest, AsManyNotificationsAsThreadsWakeAll) {
  std::vector<Thread> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(startWaiting([this](auto& lock) { condition_.wait(lock); }));
  for (int i = 0; i < 3; ++i) condition_.notify_one();
  for (const Thread& thread : waiting) EXPECT_TRUE(thread.join(kPatience));
}

TEST_P(ConditionTest, NotifyAllWakesAll) {
  std::vector<Thread> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(startWaiting([this](auto& lock) { condition_.wait(lock); }));
  condition_.notify_all();
  for (const Thread& thread : waiting) EXPECT_TRUE(thread.join(kPatience));
}

TEST_P(ConditionTest, ANotificationWithoutAWaitingThreadIsNotKept) {
  condition_.notify_one();
  condition_.notify_all();
  run([this] {
    std::unique_lock<Mutex> lock(mutex_);
    EXPECT_FALSE(condition_.wait_for(lock, 1ms));
  });
}

// Of a thread whose time is nearly over and one that waits without a time, the single notification wakes one.
TEST_P(ConditionTest, ANotificationIsNotLostToAThreadWhoseTimeIsOver) {
  for (int round = 0; round < 100; ++round) {
    bool wasNotified = false;
    const Thread timed = startWaiting([&](auto& lock) { wasNotified = condition_.wait_for(lock, 1ms); });
    const Thread untimed = startWaiting([this](auto& lock) { condition_.wait(lock); });
    for (const auto end = Clock::now() + std::chrono::microseconds(10 * round); Clock::now() < end;) {
    }
    condition_.notify_one();
    timed.join();
    if (wasNotified) condition_.notify_one();
    ASSERT_TRUE(untimed.join(kPatience));
  }
}

TEST_P(ConditionTest, ThreadsOfEitherKindWakeEachOther) {
  const auto wait = [this] {
    std::unique_lock<Mutex> lock(mutex_);
    condition_.wait(lock, [this] { return is_ready_; });
  };
  const Thread platform = Thread::ofPlatform().start(wait);
  const Thread virtualThread = Thread::ofVirtual().start(wait);
  run([this] {
    makeReady();
    condition_.notify_all();
  });
  EXPECT_TRUE(platform.join(kPatience));
  EXPECT_TRUE(virtualThread.join(kPatience));
}

// ---- locks ----------------------------------------------------------------------------------------------------------

// Waits until another thread, which needs the same lock, has notified it.
template <typename Lock, typename OtherLock>
void waitForANotification(Lock& lock, OtherLock& otherLock) {
  Condition condition;
  bool isReady = false;
  const Thread notifying = Thread::ofPlatform().start([&] {
    const std::lock_guard<OtherLock> held(otherLock);
    isReady = true;
    condition.notify_one();
  });
  condition.wait(lock, [&] { return isReady; });
  EXPECT_FALSE(condition.wait_for(lock, 1ms));
  notifying.join();
}

TEST(ConditionLockTest, TakesAUniqueLockOfAMutex) {
  Mutex mutex;
  std::unique_lock<Mutex> lock(mutex);
  waitForANotification(lock, mutex);
  EXPECT_FALSE(mutex.try_lock());
}

TEST(ConditionLockTest, TakesAMutex) {
  Mutex mutex;
  mutex.lock();
  waitForANotification(mutex, mutex);
  EXPECT_FALSE(mutex.try_lock());
  mutex.unlock();
}

TEST(ConditionLockTest, TakesAUniqueLockOfAStandardMutex) {
  std::mutex mutex;
  std::unique_lock<std::mutex> lock(mutex);
  waitForANotification(lock, mutex);
  EXPECT_TRUE(lock.owns_lock());
}

}  // namespace
