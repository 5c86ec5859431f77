// SPDX-License-Identifier: MIT
//
// A notification between the release of the mutex and the sleep. This program replaces pthread_mutex_lock (ld's
// --wrap), which the waiting thread calls for the parking lot's buckets: once to release a contended WordMutex, and
// once to park. Linux only.
#include "thread/word_condition.hpp"

#include <gtest/gtest.h>

#include <pthread.h>

#include <functional>
#include <thread>

namespace {

thread_local int locks_until_event = 0;
thread_local std::function<void()> event;

}  // namespace

extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t*);

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (locks_until_event > 0 && --locks_until_event == 0) event();
  return __real_pthread_mutex_lock(mutex);
}

}  // extern "C"

namespace {

using netlite::Deadline;
using netlite::WordCondition;
using netlite::WordMutex;
using netlite::WordMutexLock;

void markContended(WordMutex& mutex) {
  std::thread([&mutex] { mutex.tryLockUntil(Deadline::at(Deadline::Clock::now())); }).join();
}

class NotificationRaceTest : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(, NotificationRaceTest, testing::Values(1, 2),
                         [](const auto& tested) { return tested.param == 1 ? "DuringTheRelease" : "BeforeTheSleep"; });

TEST_P(NotificationRaceTest, IsNotLost) {
  WordMutex mutex;
  WordCondition condition;
  bool isNotified = false;  // guarded by mutex
  event = [&] {
    const WordMutexLock lock(mutex);
    isNotified = true;
    condition.notifyOne();
  };
  const WordMutexLock lock(mutex);
  markContended(mutex);
  locks_until_event = GetParam();
  while (!isNotified) condition.wait(mutex);  // waits forever if the notification was lost
  EXPECT_EQ(locks_until_event, 0);
}

}  // namespace
