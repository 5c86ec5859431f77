// SPDX-License-Identifier: MIT
//
// WordCondition: which strands a notification wakes, when a wait holds the mutex, and that no notification is lost.
#include "thread/word_condition.hpp"

#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace {

using netlite::Deadline;
using netlite::WordCondition;
using netlite::WordMutex;
using netlite::WordMutexLock;
using netlite::test::BlockedThread;
using netlite::test::eventually;
using namespace std::chrono_literals;

class WordConditionTest : public testing::Test {
 protected:
  ~WordConditionTest() override { condition_.notifyAll(); }  // so that a failed test ends

  bool waitUntil(Deadline deadline) {
    const WordMutexLock lock(mutex_);
    return condition_.waitUntil(mutex_, deadline);
  }

  // Starts a thread that waits, and returns once it does.
  void startWaiting(Deadline deadline = Deadline::never()) {
    waiting_.push_back(std::make_unique<BlockedThread>([this, deadline] { waitUntil(deadline); }));
    waiting_.back()->waitUntilAsleep();
  }

  std::ptrdiff_t awakeCount() const {
    return std::count_if(waiting_.begin(), waiting_.end(), [](const auto& thread) { return thread->hasEnded(); });
  }

  WordMutex mutex_;
  WordCondition condition_;
  std::vector<std::unique_ptr<BlockedThread>> waiting_;
};

TEST_F(WordConditionTest, NotifyOneWakesOneOfSeveral) {
  for (int i = 0; i < 3; ++i) startWaiting();
  for (int count = 1; count <= 3; ++count) {
    condition_.notifyOne();
    ASSERT_TRUE(eventually([&] { return awakeCount() >= count; }));
    for (const auto& thread : waiting_) thread->waitUntilAsleep();
    ASSERT_EQ(awakeCount(), count);
  }
}

TEST_F(WordConditionTest, NotifyAllWakesAll) {
  startWaiting();
  startWaiting(Deadline::after(1h));
  startWaiting();
  condition_.notifyAll();
  EXPECT_TRUE(eventually([&] { return awakeCount() == 3; }));
}

TEST_F(WordConditionTest, MayBeNotifiedWithTheMutexHeld) {
  startWaiting();
  startWaiting();
  {
    const WordMutexLock lock(mutex_);
    condition_.notifyOne();
    condition_.notifyAll();
  }
  EXPECT_TRUE(eventually([&] { return awakeCount() == 2; }));
}

TEST_F(WordConditionTest, ANotificationWithoutAWaitingStrandIsNotRemembered) {
  condition_.notifyOne();
  condition_.notifyAll();
  EXPECT_FALSE(waitUntil(Deadline::after(20ms)));
}

TEST_F(WordConditionTest, ANotifiedWaitReturnsTrue) {
  bool wasNotified = false;
  BlockedThread waiting([&] { wasNotified = waitUntil(Deadline::after(1h)); });
  waiting.waitUntilAsleep();
  condition_.notifyOne();
  waiting.join();
  EXPECT_TRUE(wasNotified);
}

TEST_F(WordConditionTest, AWaitEndsAtItsDeadline) {
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(waitUntil(deadline));
  EXPECT_TRUE(deadline.hasPassed());
}

TEST_F(WordConditionTest, AWaitWhoseDeadlineHasPassedEndsImmediately) {
  EXPECT_FALSE(waitUntil(Deadline::at(Deadline::Clock::now() - 1h)));
}

TEST_F(WordConditionTest, TheMutexIsFreeDuringAWait) {
  startWaiting();
  const bool isLocked = mutex_.tryLockUntil(Deadline::after(10s));
  EXPECT_TRUE(isLocked);
  if (isLocked) mutex_.unlock();
}

TEST_F(WordConditionTest, TheMutexIsHeldAfterAWait) {
  bool isFree = true;
  BlockedThread waiting([&] {
    const WordMutexLock lock(mutex_);
    condition_.wait(mutex_);
    isFree = std::unique_lock<WordMutex>(mutex_, std::try_to_lock).owns_lock();
  });
  waiting.waitUntilAsleep();
  condition_.notifyOne();
  waiting.join();
  EXPECT_FALSE(isFree);
}

TEST_F(WordConditionTest, TheMutexIsHeldAfterAWaitThatTimedOut) {
  const WordMutexLock lock(mutex_);
  condition_.waitUntil(mutex_, Deadline::after(1ms));
  EXPECT_FALSE(mutex_.try_lock());
}

}  // namespace
