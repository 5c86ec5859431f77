// SPDX-License-Identifier: MIT
//
// Condition: which strands a notification wakes, when a wait holds the mutex, and that no notification is lost.
#include "thread/condition.hpp"

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

using netlite::Condition;
using netlite::Deadline;
using netlite::Mutex;
using netlite::MutexLock;
using netlite::test::BlockedThread;
using netlite::test::eventually;
using namespace std::chrono_literals;

class ConditionTest : public testing::Test {
 protected:
  ~ConditionTest() override { condition_.notifyAll(); }  // so that a failed test ends

  bool waitUntil(Deadline deadline) {
    const MutexLock lock(mutex_);
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

  Mutex mutex_;
  Condition condition_;
  std::vector<std::unique_ptr<BlockedThread>> waiting_;
};

TEST_F(ConditionTest, NotifyOneWakesOneOfSeveral) {
  for (int i = 0; i < 3; ++i) startWaiting();
  for (int count = 1; count <= 3; ++count) {
    condition_.notifyOne();
    ASSERT_TRUE(eventually([&] { return awakeCount() >= count; }));
    for (const auto& thread : waiting_) thread->waitUntilAsleep();
    ASSERT_EQ(awakeCount(), count);
  }
}

TEST_F(ConditionTest, NotifyAllWakesAll) {
  startWaiting();
  startWaiting(Deadline::after(1h));
  startWaiting();
  condition_.notifyAll();
  EXPECT_TRUE(eventually([&] { return awakeCount() == 3; }));
}

TEST_F(ConditionTest, MayBeNotifiedWithTheMutexHeld) {
  startWaiting();
  startWaiting();
  {
    const MutexLock lock(mutex_);
    condition_.notifyOne();
    condition_.notifyAll();
  }
  EXPECT_TRUE(eventually([&] { return awakeCount() == 2; }));
}

TEST_F(ConditionTest, ANotificationWithoutAWaitingStrandIsNotRemembered) {
  condition_.notifyOne();
  condition_.notifyAll();
  EXPECT_FALSE(waitUntil(Deadline::after(20ms)));
}

TEST_F(ConditionTest, ANotifiedWaitReturnsTrue) {
  bool wasNotified = false;
  BlockedThread waiting([&] { wasNotified = waitUntil(Deadline::after(1h)); });
  waiting.waitUntilAsleep();
  condition_.notifyOne();
  waiting.join();
  EXPECT_TRUE(wasNotified);
}

TEST_F(ConditionTest, AWaitEndsAtItsDeadline) {
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(waitUntil(deadline));
  EXPECT_TRUE(deadline.hasPassed());
}

TEST_F(ConditionTest, AWaitWhoseDeadlineHasPassedEndsImmediately) {
  EXPECT_FALSE(waitUntil(Deadline::at(Deadline::Clock::now() - 1h)));
}

TEST_F(ConditionTest, TheMutexIsFreeDuringAWait) {
  startWaiting();
  const bool isLocked = mutex_.tryLockUntil(Deadline::after(10s));
  EXPECT_TRUE(isLocked);
  if (isLocked) mutex_.unlock();
}

TEST_F(ConditionTest, TheMutexIsHeldAfterAWait) {
  bool isFree = true;
  BlockedThread waiting([&] {
    const MutexLock lock(mutex_);
    condition_.wait(mutex_);
    isFree = std::unique_lock<Mutex>(mutex_, std::try_to_lock).owns_lock();
  });
  waiting.waitUntilAsleep();
  condition_.notifyOne();
  waiting.join();
  EXPECT_FALSE(isFree);
}

TEST_F(ConditionTest, TheMutexIsHeldAfterAWaitThatTimedOut) {
  const MutexLock lock(mutex_);
  condition_.waitUntil(mutex_, Deadline::after(1ms));
  EXPECT_FALSE(mutex_.try_lock());
}

}  // namespace
