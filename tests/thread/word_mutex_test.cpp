// SPDX-License-Identifier: MIT
//
// WordMutex: exclusion, waiting with and without a deadline, and no lost wake-ups. Run it under ThreadSanitizer too.
#include "thread/word_mutex.hpp"

#include "support/approach.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using netlite::Deadline;
using netlite::WordMutex;
using netlite::test::approach;
using netlite::test::spinUntil;
using namespace std::chrono_literals;

void runInThreads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

bool canBeLockedByAnotherThread(WordMutex& mutex) {
  const auto tryLock = [&mutex] { return std::unique_lock<WordMutex>(mutex, std::try_to_lock).owns_lock(); };
  return std::async(std::launch::async, tryLock).get();
}

TEST(WordMutexTest, IsInitiallyUnlocked) {
  WordMutex mutex;
  EXPECT_TRUE(canBeLockedByAnotherThread(mutex));
}

TEST(WordMutexTest, ExcludesOtherThreadsWhileLocked) {
  WordMutex mutex;
  std::lock_guard<WordMutex> lock(mutex);
  EXPECT_FALSE(canBeLockedByAnotherThread(mutex));
}

TEST(WordMutexTest, CanBeLockedAgainOnceUnlocked) {
  WordMutex mutex;
  { std::lock_guard<WordMutex> lock(mutex); }
  EXPECT_TRUE(canBeLockedByAnotherThread(mutex));
}

TEST(WordMutexTest, AWaitEndsAtItsDeadline) {
  WordMutex mutex;
  std::lock_guard<WordMutex> lock(mutex);
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(std::async(std::launch::async, [&] { return mutex.tryLockUntil(deadline); }).get());
  EXPECT_TRUE(deadline.hasPassed());
}

TEST(WordMutexTest, TryLockUntilAPassedDeadlineTakesAFreeLock) {
  WordMutex mutex;
  const bool isLocked = mutex.tryLockUntil(Deadline::after(Deadline::Clock::now() - 2ms, 1ms));
  EXPECT_TRUE(isLocked);
  if (isLocked) mutex.unlock();
}

TEST(WordMutexTest, WorksAfterAWaitThatTimedOut) {
  WordMutex mutex;
  mutex.lock();
  const auto giveUp = [&mutex] { return mutex.tryLockUntil(Deadline::after(1ms)); };
  EXPECT_FALSE(std::async(std::launch::async, giveUp).get());
  mutex.unlock();
  EXPECT_TRUE(canBeLockedByAnotherThread(mutex));
}

TEST(WordMutexTest, UnlockingWakesAWaitingThread) {
  WordMutex mutex;
  mutex.lock();
  auto waiter = std::async(std::launch::async, [&mutex] {
    const bool locked = mutex.tryLockUntil(Deadline::after(1h));
    if (locked) mutex.unlock();
    return locked;
  });
  EXPECT_EQ(waiter.wait_for(20ms), std::future_status::timeout);
  mutex.unlock();
  EXPECT_TRUE(waiter.get());
}

TEST(WordMutexTest, EveryWaitingThreadGetsTheLock) {
  WordMutex mutex;
  std::atomic<int> turns{0};
  mutex.lock();
  std::thread waiters([&] {
    runInThreads(8, [&](int) {
      std::lock_guard<WordMutex> lock(mutex);
      ++turns;
    });
  });
  mutex.unlock();
  waiters.join();
  EXPECT_EQ(turns, 8);
}

TEST(WordMutexTest, OnlyOneThreadHoldsTheLockAtATime) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 5000;
  WordMutex mutex;
  int count = 0;  // guarded by mutex
  runInThreads(kThreads, [&](int) {
    for (int i = 0; i < kRounds; ++i) {
      std::lock_guard<WordMutex> lock(mutex);
      ++count;
    }
  });
  EXPECT_EQ(count, kThreads * kRounds);
}

// A thread that gives up must not swallow a wake-up that another thread needs.
TEST(WordMutexTest, ThreadsThatGiveUpLoseNoWakeUps) {
  constexpr int kRounds = 2000;
  WordMutex mutex;
  int count = 0;  // guarded by mutex
  std::atomic<int> timedRounds{0};
  runInThreads(8, [&](int number) {
    for (int i = 0; i < kRounds; ++i) {
      const bool patient = number % 2 == 0;
      const Deadline deadline = patient ? Deadline::never() : Deadline::after(Deadline::Clock::now() - 1ms, 1ms);
      if (!mutex.tryLockUntil(deadline)) continue;
      ++count;
      if (!patient) ++timedRounds;
      mutex.unlock();
    }
  });
  EXPECT_EQ(count, 4 * kRounds + timedRounds);
}

// Two threads wait for the lock, and it is unlocked when the first of them is about to give up. If the test takes the
// lock again before the first thread can, that thread gives up, but the other still needs a wake-up. Returns whether
// the first thread got the lock.
bool unlockAtTheDeadline(std::chrono::microseconds delay, bool locksAgain) {
  WordMutex mutex;
  mutex.lock();
  std::atomic<bool> hasStarted{false};
  const Deadline deadline = Deadline::at(Deadline::Clock::now() + 500us);
  auto first = std::async(std::launch::async, [&] {
    hasStarted = true;
    const bool isLocked = mutex.tryLockUntil(deadline);
    if (isLocked) mutex.unlock();
    return isLocked;
  });
  while (!hasStarted) std::this_thread::yield();
  auto other = std::async(std::launch::async, [&] { std::lock_guard<WordMutex> lock(mutex); });
  spinUntil(deadline.time() + delay);
  mutex.unlock();
  const bool isLockedAgain = locksAgain && mutex.try_lock();
  const bool firstGotTheLock = first.get();
  if (isLockedAgain) mutex.unlock();
  other.get();  // does not return if its wake-up was lost
  return firstGotTheLock;
}

TEST(WordMutexTest, AThreadThatGivesUpAsItIsWokenLosesNoWakeUp) {
  approach([](std::chrono::microseconds delay) {
    unlockAtTheDeadline(delay, true);
    return unlockAtTheDeadline(delay, false);
  });
}

}  // namespace
