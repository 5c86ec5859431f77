// SPDX-License-Identifier: MIT
//
// Tests that run once with OS threads and once with virtual threads.
// Thread-safety: for the thread that runs the test.
#pragma once

#include <netlite/condition.hpp>
#include <netlite/mutex.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace netlite::test {

/// Far more than anything in these tests takes.
constexpr std::chrono::seconds kPatience{20};

/// A time in which a thread that does not wait, although it should, would have ended.
constexpr std::chrono::milliseconds kMoment{20};

/// Lets threads of either kind wait until the test permits them to go on.
class Permit {
 public:
  void grant() {
    const std::lock_guard<Mutex> lock(mutex_);
    is_granted_ = true;
    granted_.notify_all();
  }

  void await() {
    std::unique_lock<Mutex> lock(mutex_);
    granted_.wait(lock, [this] { return is_granted_; });
  }

 private:
  Mutex mutex_;
  Condition granted_;
  bool is_granted_ = false;  // guarded by mutex_
};

enum class ThreadKind { platform, virtualThread };

/// A fixture whose parameter is the kind of the threads that it starts.
class ThreadKindTest : public testing::TestWithParam<ThreadKind> {
 protected:
  static Thread::Builder builder() {
    return GetParam() == ThreadKind::platform ? Thread::ofPlatform() : Thread::ofVirtual();
  }

  template <typename Task>
  static Thread start(Task&& task) {
    return builder().start(std::forward<Task>(task));
  }

  /// Starts the task in `count` threads and waits for all of them.
  template <typename Task>
  static void runInThreads(int count, const Task& task) {
    std::vector<Thread> threads;
    for (int i = 0; i < count; ++i) threads.push_back(start([&task, i] { task(i); }));
    for (const Thread& thread : threads) thread.join();
  }

  /// Runs the task in a thread and waits for it.
  template <typename Task>
  static void run(Task&& task) {
    start(std::forward<Task>(task)).join();
  }
};

inline std::string nameOf(const testing::TestParamInfo<ThreadKind>& tested) {
  return tested.param == ThreadKind::platform ? "OsThread" : "VirtualThread";
}

inline auto bothKinds() { return testing::Values(ThreadKind::platform, ThreadKind::virtualThread); }

}  // namespace netlite::test
