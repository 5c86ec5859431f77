// SPDX-License-Identifier: MIT
//
// ExecutorService and Future: results, exceptions, times, and what closing waits for.
#include <netlite/executor_service.hpp>

#include "support/eventually.hpp"
#include "support/thrown_by.hpp"
#include "tests/thread/thread_kinds.hpp"

#include <netlite/exceptions.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using netlite::Executors;
using netlite::ExecutorService;
using netlite::Future;
using netlite::IllegalStateException;
using netlite::RejectedExecutionException;
using netlite::Thread;
using netlite::TimeoutException;
using netlite::test::bothKinds;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::Permit;
using netlite::test::ThreadKindTest;
using netlite::test::thrownBy;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The parameter is the kind of the threads that use the executor; its tasks are virtual threads.
class ExecutorServiceTest : public ThreadKindTest {
 protected:
  ~ExecutorServiceTest() override { permit_->grant(); }  // so that a failed test ends

  // A task that returns 42 once the test permits it.
  Future<int> submitWaiting() {
    return executor_.submit([permit = permit_] {
      permit->await();
      return 42;
    });
  }

  const std::shared_ptr<Permit> permit_ = std::make_shared<Permit>();
  ExecutorService executor_ = Executors::newVirtualThreadPerTaskExecutor();
};

INSTANTIATE_TEST_SUITE_P(, ExecutorServiceTest, bothKinds(), nameOf);

// ---- results --------------------------------------------------------------------------------------------------------

TEST_P(ExecutorServiceTest, GetReturnsWhatTheTaskReturns) {
  run([this] {
    const int number = executor_.submit([] { return 42; }).get();
    EXPECT_EQ(number, 42);
    EXPECT_EQ(executor_.submit([] { return std::string("text"); }).get(), "text");
  });
}

TEST_P(ExecutorServiceTest, GetMayBeCalledAgain) {
  const Future<std::string> future = executor_.submit([] { return std::string("text"); });
  EXPECT_EQ(future.get(), "text");
  EXPECT_EQ(future.get(), "text");
  EXPECT_EQ(future.get(1h), "text");
  run([&] { EXPECT_EQ(future.get(), "text"); });
}

TEST_P(ExecutorServiceTest, ATaskMayReturnNothing) {
  std::atomic<bool> hasRun{false};
  const Future<void> future = executor_.submit([&] { hasRun = true; });
  future.get();
  EXPECT_TRUE(hasRun);
  future.get(0ms);
}

TEST_P(ExecutorServiceTest, ATaskMayReturnAReference) {
  int number = 42;
  const Future<int&> future = executor_.submit([&]() -> int& { return number; });
  EXPECT_EQ(&future.get(), &number);
  EXPECT_EQ(&future.get(), &number);
}

TEST_P(ExecutorServiceTest, AResultThatCanOnlyBeMovedIsReturnedOnce) {
  const Future<std::unique_ptr<int>> future = executor_.submit([] { return std::make_unique<int>(42); });
  const std::unique_ptr<int> number = future.get();
  EXPECT_EQ(*number, 42);
  EXPECT_THROW(future.get(), IllegalStateException);
  EXPECT_THROW(future.get(1h), IllegalStateException);
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, GetThrowsWhatTheTaskThrowsEachTime) {
  const Future<int> future = executor_.submit([]() -> int { throw std::runtime_error("no answer"); });
  run([&] { EXPECT_STREQ(thrownBy<std::runtime_error>([&] { future.get(); }).what(), "no answer"); });
  EXPECT_STREQ(thrownBy<std::runtime_error>([&] { future.get(); }).what(), "no answer");
  EXPECT_STREQ(thrownBy<std::runtime_error>([&] { future.get(1h); }).what(), "no answer");
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, WhatAResultThatCanOnlyBeMovedThrewIsThrownEachTime) {
  const auto future = executor_.submit([]() -> std::unique_ptr<int> { throw std::runtime_error("no answer"); });
  EXPECT_THROW(future.get(), std::runtime_error);
  EXPECT_THROW(future.get(), std::runtime_error);
}

TEST_P(ExecutorServiceTest, AnExceptionThatNobodyAsksForIsDropped) {
  executor_.submit([] { throw 1; });
  executor_.close();
}

TEST_P(ExecutorServiceTest, GetWaitsForTheTask) {
  const Future<int> future = submitWaiting();
  const Thread waiting = start([&] { EXPECT_EQ(future.get(), 42); });
  EXPECT_FALSE(waiting.join(kMoment));
  permit_->grant();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ExecutorServiceTest, ATimedGetThrowsWhenTheTimeIsOver) {
  const Future<int> future = submitWaiting();
  run([&] {
    const auto start = Clock::now();
    EXPECT_STREQ(thrownBy<TimeoutException>([&] { future.get(kMoment); }).what(), "task has not ended after 20 ms");
    EXPECT_GE(Clock::now() - start, kMoment);
  });
  permit_->grant();
  EXPECT_EQ(future.get(kPatience), 42);
}

TEST_P(ExecutorServiceTest, AGetOfZeroAsksOnce) {
  const Future<int> future = submitWaiting();
  run([&] { EXPECT_THROW(future.get(0ms), TimeoutException); });
  permit_->grant();
  future.get();
  EXPECT_EQ(future.get(0ms), 42);
}

TEST_P(ExecutorServiceTest, AGetOfMaxWaitsForTheTask) {
  const Future<int> future = submitWaiting();
  const Thread waiting = start([&] { EXPECT_EQ(future.get(std::chrono::milliseconds::max()), 42); });
  EXPECT_FALSE(waiting.join(kMoment));
  permit_->grant();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_P(ExecutorServiceTest, ANegativeGetIsAnArgumentError) {
  const Future<int> future = executor_.submit([] { return 42; });
  EXPECT_THROW(future.get(-1ms), std::invalid_argument);
  future.get();
  EXPECT_THROW(future.get(-1ms), std::invalid_argument);
}

TEST_P(ExecutorServiceTest, IsDoneSaysWhetherTheTaskHasEnded) {
  const Future<int> future = submitWaiting();
  EXPECT_FALSE(future.isDone());
  permit_->grant();
  future.get();
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, CopiesOfAFutureReferToTheSameTask) {
  Future<int> from = submitWaiting();
  const Future<int> copy = from;
  const Future<int> to = std::move(from);
  permit_->grant();
  EXPECT_EQ(copy.get(), 42);
  EXPECT_EQ(to.get(), 42);
}

TEST_P(ExecutorServiceTest, AFutureMayOutliveItsExecutor) {
  std::optional<Future<int>> future;
  {
    ExecutorService executor = Executors::newVirtualThreadPerTaskExecutor();
    future = executor.submit([] { return 42; });
  }
  EXPECT_TRUE(future->isDone());
  EXPECT_EQ(future->get(), 42);
}

// ---- tasks ----------------------------------------------------------------------------------------------------------

TEST_P(ExecutorServiceTest, EachTaskHasItsOwnThread) {
  const auto idOfThread = [] { return Thread::currentThread().getId(); };
  EXPECT_NE(executor_.submit(idOfThread).get(), executor_.submit(idOfThread).get());
}

TEST_P(ExecutorServiceTest, TasksRunTogether) {
  std::atomic<int> running{0};
  std::vector<Future<void>> futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(executor_.submit([&] {
      ++running;
      while (running < 100) Thread::sleep(1ms);
    }));
  }
  for (const Future<void>& future : futures) future.get();
  EXPECT_EQ(running, 100);
}

TEST_P(ExecutorServiceTest, TheTaskMayBeOfATypeThatCanOnlyBeMoved) {
  EXPECT_EQ(executor_.submit([number = std::make_unique<int>(42)] { return *number; }).get(), 42);
}

TEST_P(ExecutorServiceTest, TheTaskIsDestroyedBeforeTheFutureIsDone) {
  const auto owned = std::make_shared<int>(0);
  executor_.submit([owned] {}).get();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST_P(ExecutorServiceTest, AnEmptyTaskIsAnArgumentError) {
  EXPECT_THROW(executor_.submit(std::function<int()>()), std::invalid_argument);
  EXPECT_THROW(executor_.submit(static_cast<void (*)()>(nullptr)), std::invalid_argument);
  executor_.close();
}

TEST_P(ExecutorServiceTest, ATaskMaySubmitTasks) {
  const auto outer = [this] { return executor_.submit([] { return 42; }).get(); };
  EXPECT_EQ(executor_.submit(outer).get(), 42);
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST_P(ExecutorServiceTest, CloseWaitsForTheTasks) {
  const Future<int> future = submitWaiting();
  const Thread closing = start([this] { executor_.close(); });
  EXPECT_FALSE(closing.join(kMoment));
  permit_->grant();
  EXPECT_TRUE(closing.join(kPatience));
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, TheDestructorWaitsForTheTasks) {
  auto executor = std::make_unique<ExecutorService>(Executors::newVirtualThreadPerTaskExecutor());
  const Future<void> future = executor->submit([permit = permit_] { permit->await(); });
  const Thread destroying = start([&] { executor.reset(); });
  EXPECT_FALSE(destroying.join(kMoment));
  permit_->grant();
  EXPECT_TRUE(destroying.join(kPatience));
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, SubmitThrowsAfterAClose) {
  executor_.close();
  bool hasRun = false;
  run([&] { EXPECT_THROW(executor_.submit([&] { hasRun = true; }), RejectedExecutionException); });
  EXPECT_FALSE(hasRun);
}

TEST_P(ExecutorServiceTest, SubmitThrowsWhileACloseWaits) {
  const Future<int> future = submitWaiting();
  const Thread closing = start([this] { executor_.close(); });
  EXPECT_TRUE(netlite::test::eventually([this] {
    try {
      executor_.submit([] {});
      return false;
    } catch (const RejectedExecutionException&) {
      return true;
    }
  }));
  EXPECT_FALSE(future.isDone());
  EXPECT_FALSE(closing.join(0ms));
  permit_->grant();
  closing.join();
}

TEST_P(ExecutorServiceTest, MayBeClosedTwice) {
  executor_.close();
  run([this] { executor_.close(); });
}

TEST_P(ExecutorServiceTest, ATaskMayCloseItsExecutor) {
  EXPECT_EQ(executor_.submit([this] { return executor_.close(), 42; }).get(kPatience), 42);
  EXPECT_THROW(executor_.submit([] {}), RejectedExecutionException);
}

TEST_P(ExecutorServiceTest, TwoTasksMayCloseTheirExecutor) {
  Permit both;
  const auto closeLater = [&] {
    both.await();
    executor_.close();
  };
  const Future<void> first = executor_.submit(closeLater);
  const Future<void> second = executor_.submit(closeLater);
  both.grant();
  first.get(kPatience);
  second.get(kPatience);
}

TEST_P(ExecutorServiceTest, ATasksCloseWaitsForTheOtherTasks) {
  const Future<int> other = submitWaiting();
  const Future<void> closing = executor_.submit([this] { executor_.close(); });
  EXPECT_THROW(closing.get(kMoment), TimeoutException);
  permit_->grant();
  closing.get(kPatience);
  EXPECT_EQ(other.get(), 42);
}

TEST_P(ExecutorServiceTest, ATaskMayDestroyItsExecutor) {
  auto executor = std::make_shared<ExecutorService>(Executors::newVirtualThreadPerTaskExecutor());
  const Future<void> future = executor->submit([permit = permit_, owned = executor]() mutable {
    permit->await();
    owned.reset();
  });
  executor.reset();
  permit_->grant();
  future.get(kPatience);
}

// Each task that was not rejected has run when close returns.
TEST_P(ExecutorServiceTest, ACloseAmidSubmitsWaitsForEachAcceptedTask) {
  for (int round = 0; round < 20; ++round) {
    ExecutorService executor = Executors::newVirtualThreadPerTaskExecutor();
    std::atomic<int> accepted{0};
    std::atomic<int> ended{0};
    std::vector<Thread> submitting;
    for (int i = 0; i < 3; ++i) {
      submitting.push_back(start([&] {
        try {
          for (;; ++accepted) executor.submit([&] { ++ended; });
        } catch (const RejectedExecutionException&) {
        }
      }));
    }
    while (accepted == 0) Thread::yield();
    executor.close();
    const int endedAtClose = ended;
    for (const Thread& thread : submitting) thread.join();
    EXPECT_EQ(endedAtClose, ended);
    EXPECT_EQ(ended, accepted);
  }
}

// ---- moving ---------------------------------------------------------------------------------------------------------

TEST_P(ExecutorServiceTest, AMoveTransfersTheTasks) {
  static_assert(!std::is_copy_constructible_v<ExecutorService>);
  const Future<int> future = submitWaiting();
  ExecutorService moved = std::move(executor_);
  EXPECT_THROW(executor_.submit([] {}), RejectedExecutionException);
  executor_.close();  // does not wait
  EXPECT_FALSE(future.isDone());
  EXPECT_EQ(moved.submit([] { return 1; }).get(), 1);
  permit_->grant();
  moved.close();
  EXPECT_TRUE(future.isDone());
}

TEST_P(ExecutorServiceTest, AMoveAssignmentWaitsForTheOldTasks) {
  const Future<int> future = submitWaiting();
  const Thread assigning = start([this] { executor_ = Executors::newVirtualThreadPerTaskExecutor(); });
  EXPECT_FALSE(assigning.join(kMoment));
  permit_->grant();
  EXPECT_TRUE(assigning.join(kPatience));
  EXPECT_TRUE(future.isDone());
  EXPECT_EQ(executor_.submit([] { return 1; }).get(), 1);
}

}  // namespace
