// SPDX-License-Identifier: MIT
//
// Mutex: exclusion and waiting between threads of both kinds, and the standard's locks over it.
#include <netlite/mutex.hpp>

#include "tests/thread/thread_kinds.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace {

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

class MutexTest : public ThreadKindTest {
 protected:
  bool isFreeForOthers() {
    bool isFree = false;
    run([&] {
      isFree = mutex_.try_lock();
      if (isFree) mutex_.unlock();
    });
    return isFree;
  }

  // What try_lock_for returns in another thread; the lock is released.
  bool lockElsewhere(std::chrono::milliseconds timeout) {
    bool wasLocked = false;
    run([&] {
      wasLocked = mutex_.try_lock_for(timeout);
      if (wasLocked) mutex_.unlock();
    });
    return wasLocked;
  }

  Mutex mutex_;
};

INSTANTIATE_TEST_SUITE_P(, MutexTest, bothKinds(), nameOf);

TEST_P(MutexTest, IsFreeAtFirst) { EXPECT_TRUE(isFreeForOthers()); }

TEST_P(MutexTest, LockExcludesOthers) {
  mutex_.lock();
  EXPECT_FALSE(isFreeForOthers());
  mutex_.unlock();
  EXPECT_TRUE(isFreeForOthers());
}

TEST_P(MutexTest, TryLockExcludesOthers) {
  ASSERT_TRUE(mutex_.try_lock());
  EXPECT_FALSE(isFreeForOthers());
  mutex_.unlock();
}

TEST_P(MutexTest, ATimedLockExcludesOthers) {
  ASSERT_TRUE(mutex_.try_lock_for(1ms));
  EXPECT_FALSE(isFreeForOthers());
  mutex_.unlock();
}

TEST_P(MutexTest, LockWaitsForTheUnlock) {
  mutex_.lock();
  const Thread waiting = start([this] { const std::lock_guard<Mutex> lock(mutex_); });
  EXPECT_FALSE(waiting.join(kMoment));
  mutex_.unlock();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(MutexTest, ATimedLockWaitsForTheUnlock) {
  mutex_.lock();
  const Thread waiting = start([this] {
    EXPECT_TRUE(mutex_.try_lock_for(1h));
    mutex_.unlock();
  });
  EXPECT_FALSE(waiting.join(kMoment));
  mutex_.unlock();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(MutexTest, ATimedLockEndsAtItsTime) {
  const std::lock_guard<Mutex> lock(mutex_);
  const auto start = Clock::now();
  EXPECT_FALSE(lockElsewhere(kMoment));
  EXPECT_GE(Clock::now() - start, kMoment);
}

TEST_P(MutexTest, ATimeOfZeroAsksOnce) {
  EXPECT_TRUE(lockElsewhere(0ms));
  const std::lock_guard<Mutex> lock(mutex_);
  EXPECT_FALSE(lockElsewhere(0ms));
}

TEST_P(MutexTest, ATimeOfMaxWaitsForTheUnlock) {
  mutex_.lock();
  const Thread waiting = start([this] {
    EXPECT_TRUE(mutex_.try_lock_for(kForever));
    mutex_.unlock();
  });
  EXPECT_FALSE(waiting.join(kMoment));
  mutex_.unlock();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(MutexTest, ANegativeTimeIsAnArgumentError) {
  run([this] { EXPECT_THROW(static_cast<void>(mutex_.try_lock_for(-1ms)), std::invalid_argument); });
  EXPECT_TRUE(isFreeForOthers());
}

TEST_P(MutexTest, OneThreadAtATimeHoldsIt) {
  int count = 0;
  runInThreads(10, [&](int) {
    for (int i = 0; i < 200; ++i) {
      const std::lock_guard<Mutex> lock(mutex_);
      ++count;
    }
  });
  EXPECT_EQ(count, 2000);
}

TEST_P(MutexTest, MayBeHeldAcrossAWait) {
  int count = 0;
  runInThreads(10, [&](int) {
    const std::lock_guard<Mutex> lock(mutex_);
    const int before = count;
    Thread::sleep(1ms);
    count = before + 1;
  });
  EXPECT_EQ(count, 10);
}

TEST_P(MutexTest, ThreadsThatGiveUpLoseNoWakeUps) {
  int count = 0;
  runInThreads(8, [&](int number) {
    for (int i = 0; i < 100; ++i) {
      if (number % 2 == 0) {
        mutex_.lock();
      } else if (!mutex_.try_lock_for(1ms)) {
        continue;
      }
      ++count;
      Thread::yield();
      mutex_.unlock();
    }
  });
  EXPECT_GE(count, 4 * 100);
}

TEST(MutexOfBothKindsTest, ExcludesThreadsOfEitherKind) {
  Mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 200; ++i) {
      const std::lock_guard<Mutex> lock(mutex);
      ++count;
    }
  };
  std::vector<Thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.push_back(Thread::ofPlatform().start(add));
    threads.push_back(Thread::ofVirtual().start(add));
  }
  for (const Thread& thread : threads) thread.join();
  EXPECT_EQ(count, 10 * 200);
}

TEST(MutexLockTest, WorksWithUniqueLock) {
  Mutex mutex;
  std::unique_lock<Mutex> lock(mutex);
  EXPECT_TRUE(lock.owns_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock_for(1ms));
  const std::unique_lock<Mutex> other(mutex, std::try_to_lock);
  EXPECT_FALSE(other.owns_lock());
}

TEST(MutexLockTest, WorksWithScopedLock) {
  Mutex first;
  Mutex second;
  const std::scoped_lock lock(first, second);
  EXPECT_FALSE(first.try_lock());
  EXPECT_FALSE(second.try_lock());
}

TEST(MutexLockTest, TakesFourBytes) { EXPECT_EQ(sizeof(Mutex), 4); }

}  // namespace
