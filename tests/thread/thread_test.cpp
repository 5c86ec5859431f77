// SPDX-License-Identifier: MIT
//
// Thread: starting, joining, handles, names, sleeping, yielding and blocking calls, for both kinds of thread.
#include <netlite/thread.hpp>

#include "support/thrown_by.hpp"
#include "tests/thread/thread_kinds.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using netlite::IllegalStateException;
using netlite::Thread;
using netlite::test::bothKinds;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::Permit;
using netlite::test::ThreadKind;
using netlite::test::ThreadKindTest;
using netlite::test::thrownBy;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Threads that end once the test permits it.
class ThreadTest : public ThreadKindTest {
 protected:
  ~ThreadTest() override { permitEnd(); }  // so that a failed test ends

  Thread startWaiting() {
    return start([permit = permit_] { permit->await(); });
  }

  void permitEnd() { permit_->grant(); }

  const std::shared_ptr<Permit> permit_ = std::make_shared<Permit>();
};

INSTANTIATE_TEST_SUITE_P(, ThreadTest, bothKinds(), nameOf);

// ---- tasks ----------------------------------------------------------------------------------------------------------

TEST_P(ThreadTest, RunsItsTask) {
  bool hasRun = false;
  start([&] { hasRun = true; }).join();
  EXPECT_TRUE(hasRun);
}

TEST_P(ThreadTest, TheTaskMayBeOfATypeThatCanOnlyBeMoved) {
  int seen = 0;
  start([&seen, number = std::make_unique<int>(42)] { seen = *number; }).join();
  EXPECT_EQ(seen, 42);
}

// Its copy constructor is declared, but does not compile.
TEST_P(ThreadTest, TheTaskMayHoldAContainerOfWhatCanOnlyBeMoved) {
  std::vector<std::unique_ptr<int>> numbers;
  numbers.push_back(std::make_unique<int>(42));
  int seen = 0;
  start([&seen, numbers = std::move(numbers)] { seen = *numbers.front(); }).join();
  EXPECT_EQ(seen, 42);
}

TEST_P(ThreadTest, TheTaskMayChangeItsOwnState) {
  int seen = 0;
  start([&seen, count = 41]() mutable { seen = ++count; }).join();
  EXPECT_EQ(seen, 42);
}

TEST_P(ThreadTest, TheTaskMayReturnSomething) {
  start([] { return std::string("dropped"); }).join();
}

std::atomic<bool> function_has_run{false};
void runFunction() { function_has_run = true; }

TEST_P(ThreadTest, TheTaskMayBeAFunction) {
  function_has_run = false;
  start(runFunction).join();
  EXPECT_TRUE(function_has_run);
}

TEST_P(ThreadTest, AnEmptyTaskIsAnArgumentError) {
  EXPECT_THROW(start(std::function<void()>()), std::invalid_argument);
  EXPECT_THROW(start(static_cast<void (*)()>(nullptr)), std::invalid_argument);
}

TEST_P(ThreadTest, TheTaskIsDestroyedBeforeTheThreadEnds) {
  const auto owned = std::make_shared<int>(0);
  start([owned] {}).join();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST_P(ThreadTest, ATaskMayStartThreads) {
  std::atomic<int> count{0};
  run([&] { runInThreads(3, [&](int) { runInThreads(3, [&](int) { ++count; }); }); });
  EXPECT_EQ(count, 9);
}

TEST_P(ThreadTest, AHundredRunTogether) {
  std::atomic<int> running{0};
  std::vector<Thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.push_back(start([&] {
      ++running;
      while (running < 100) Thread::sleep(1ms);
    }));
  }
  for (const Thread& thread : threads) EXPECT_TRUE(thread.join(kPatience));
}

TEST(StartVirtualThreadTest, RunsItsTask) {
  bool hasRun = false;
  Thread::startVirtualThread([&hasRun, owned = std::make_unique<int>()] { hasRun = true; }).join();
  EXPECT_TRUE(hasRun);
}

TEST(StartVirtualThreadTest, AnEmptyTaskIsAnArgumentError) {
  EXPECT_THROW(Thread::startVirtualThread(std::function<void()>()), std::invalid_argument);
}

// ---- joining --------------------------------------------------------------------------------------------------------

TEST_P(ThreadTest, JoinWaitsForTheEnd) {
  const Thread thread = startWaiting();
  const Thread joining = start([&] { thread.join(); });
  EXPECT_FALSE(joining.join(kMoment));
  permitEnd();
  EXPECT_TRUE(joining.join(kPatience));
  EXPECT_FALSE(thread.isAlive());
}

TEST_P(ThreadTest, ATimedJoinSaysWhetherTheThreadHasEnded) {
  const Thread thread = startWaiting();
  EXPECT_FALSE(thread.join(1ms));
  permitEnd();
  EXPECT_TRUE(thread.join(kPatience));
}

TEST_P(ThreadTest, ATimedJoinWaitsForItsTime) {
  const Thread thread = startWaiting();
  const auto start = Clock::now();
  EXPECT_FALSE(thread.join(kMoment));
  EXPECT_GE(Clock::now() - start, kMoment);
}

TEST_P(ThreadTest, AJoinOfZeroAsksOnce) {
  const Thread thread = startWaiting();
  EXPECT_FALSE(thread.join(0ms));
  permitEnd();
  thread.join();
  EXPECT_TRUE(thread.join(0ms));
}

TEST_P(ThreadTest, AJoinOfMaxWaitsForTheEnd) {
  const Thread thread = startWaiting();
  const Thread joining = start([&] { EXPECT_TRUE(thread.join(std::chrono::milliseconds::max())); });
  EXPECT_FALSE(joining.join(kMoment));
  permitEnd();
  joining.join();
}

TEST_P(ThreadTest, ANegativeJoinIsAnArgumentError) {
  const Thread thread = startWaiting();
  EXPECT_THROW(thread.join(-1ms), std::invalid_argument);
  permitEnd();
  thread.join();
  EXPECT_THROW(thread.join(-1ms), std::invalid_argument);
}

TEST_P(ThreadTest, MayBeJoinedTwice) {
  const Thread thread = start([] {});
  thread.join();
  thread.join();
  EXPECT_TRUE(thread.join(1ms));
}

TEST_P(ThreadTest, SeveralThreadsMayJoinIt) {
  const Thread thread = startWaiting();
  std::vector<Thread> joining;
  for (int i = 0; i < 5; ++i) joining.push_back(start([&] { thread.join(); }));
  EXPECT_FALSE(joining.front().join(kMoment));
  permitEnd();
  for (const Thread& other : joining) EXPECT_TRUE(other.join(kPatience));
}

TEST_P(ThreadTest, MayBeJoinedByAThreadThatNetliteDidNotStart) {
  const Thread thread = startWaiting();
  auto joining = std::async(std::launch::async, [&] { thread.join(); });
  EXPECT_EQ(joining.wait_for(kMoment), std::future_status::timeout);
  permitEnd();
  joining.get();
}

TEST_P(ThreadTest, CannotJoinItself) {
  run([] {
    const Thread self = Thread::currentThread();
    EXPECT_THROW(self.join(), IllegalStateException);
    EXPECT_THROW(self.join(1h), IllegalStateException);
    EXPECT_THROW(self.join(0ms), IllegalStateException);
  });
}

TEST_P(ThreadTest, WhatItHasDoneIsVisibleAfterAJoin) {
  for (int i = 0; i < 50; ++i) {
    int written = 0;
    start([&] { written = 1; }).join();
    ASSERT_EQ(written, 1);
  }
}

// ---- handles --------------------------------------------------------------------------------------------------------

TEST_P(ThreadTest, GoesOnWhenItsHandlesAreGone) {
  std::promise<void> end;
  {
    const Thread thread = start([&] {
      permit_->await();
      end.set_value();
    });
  }
  permitEnd();
  end.get_future().get();
}

TEST_P(ThreadTest, CopiesReferToTheSameThread) {
  const Thread thread = startWaiting();
  const Thread copy = thread;
  EXPECT_EQ(copy.getId(), thread.getId());
  permitEnd();
  copy.join();
  EXPECT_FALSE(thread.isAlive());
}

TEST_P(ThreadTest, AHandleCanBeMoved) {
  static_assert(std::is_nothrow_move_constructible_v<Thread> && std::is_nothrow_move_assignable_v<Thread>);
  Thread from = startWaiting();
  const std::uint64_t id = from.getId();
  Thread to = std::move(from);
  Thread other = start([] {});
  other = std::move(to);
  EXPECT_EQ(other.getId(), id);
  permitEnd();
  other.join();
}

TEST_P(ThreadTest, IsAliveUntilItsEnd) {
  const Thread thread = startWaiting();
  EXPECT_TRUE(thread.isAlive());
  permitEnd();
  thread.join();
  EXPECT_FALSE(thread.isAlive());
}

TEST_P(ThreadTest, IsAliveForItself) {
  run([] { EXPECT_TRUE(Thread::currentThread().isAlive()); });
}

TEST_P(ThreadTest, CurrentThreadIsTheThreadThatRuns) {
  std::uint64_t id = 0;
  const Thread thread = builder().name("worker").start([&] {
    id = Thread::currentThread().getId();
    EXPECT_EQ(Thread::currentThread().getName(), "worker");
  });
  thread.join();
  EXPECT_EQ(thread.getId(), id);
}

TEST_P(ThreadTest, CurrentThreadStaysTheSameAfterAWait) {
  run([] {
    const std::uint64_t id = Thread::currentThread().getId();
    Thread::sleep(1ms);
    Thread::yield();
    EXPECT_EQ(Thread::currentThread().getId(), id);
  });
}

TEST_P(ThreadTest, OnlyAVirtualThreadIsVirtual) {
  bool isVirtual = true;
  const Thread thread = start([&] { isVirtual = Thread::currentThread().isVirtual(); });
  thread.join();
  EXPECT_EQ(thread.isVirtual(), isVirtual);
  if (GetParam() == ThreadKind::platform) {
    EXPECT_FALSE(isVirtual);
  }
}

TEST_P(ThreadTest, HasTheNameThatItWasGiven) {
  EXPECT_EQ(builder().name("a name").start([] {}).getName(), "a name");
}

TEST_P(ThreadTest, HasADefaultNameWithItsNumber) {
  const Thread thread = start([] {});
  EXPECT_EQ(thread.getName(), "Thread-" + std::to_string(thread.getId()));
  const Thread unnamed = builder().name("").start([] {});
  EXPECT_EQ(unnamed.getName(), "Thread-" + std::to_string(unnamed.getId()));
}

TEST_P(ThreadTest, EachHasAnotherNumber) {
  std::set<std::uint64_t> ids{Thread::currentThread().getId()};
  for (int i = 0; i < 50; ++i) ids.insert(start([] {}).getId());
  EXPECT_EQ(ids.size(), 51);
}

TEST_P(ThreadTest, ABuilderMayStartSeveral) {
  Thread::Builder workers = builder();
  workers.name("worker").stackSize(100 * 1024);
  EXPECT_EQ(workers.start([] {}).getName(), "worker");
  EXPECT_EQ(workers.start([] {}).getName(), "worker");
}

// ---- threads that netlite did not start -----------------------------------------------------------------------------

TEST(ForeignThreadTest, IsAnAliveOsThread) {
  const Thread self = Thread::currentThread();
  EXPECT_TRUE(self.isAlive());
  EXPECT_FALSE(self.isVirtual());
  EXPECT_EQ(self.getName(), "Thread-" + std::to_string(self.getId()));
}

TEST(ForeignThreadTest, IsTheSameEachTime) {
  EXPECT_EQ(Thread::currentThread().getId(), Thread::currentThread().getId());
}

TEST(ForeignThreadTest, IsAnotherOneInEachThread) {
  std::uint64_t other = 0;
  std::thread([&] { other = Thread::currentThread().getId(); }).join();
  EXPECT_NE(Thread::currentThread().getId(), other);
}

TEST(ForeignThreadTest, CanBeJoined) {
  std::promise<Thread> handle;
  Permit permit;
  std::thread foreign([&] {
    handle.set_value(Thread::currentThread());
    permit.await();
  });
  const Thread thread = handle.get_future().get();
  EXPECT_TRUE(thread.isAlive());
  EXPECT_FALSE(thread.join(1ms));
  permit.grant();
  EXPECT_TRUE(thread.join(kPatience));
  EXPECT_FALSE(thread.isAlive());
  foreign.join();
}

TEST(ForeignThreadTest, HasEndedOnceItWasJoinedByOtherMeans) {
  std::optional<Thread> thread;
  std::thread([&] { thread = Thread::currentThread(); }).join();
  EXPECT_FALSE(thread->isAlive());
}

TEST(ForeignThreadTest, CannotJoinItself) { EXPECT_THROW(Thread::currentThread().join(), IllegalStateException); }

TEST(ForeignThreadTest, MayBeWaitedForByVirtualThreads) {
  std::optional<Thread> thread;
  Permit known;
  Permit permit;
  std::thread foreign([&] {
    thread = Thread::currentThread();
    known.grant();
    permit.await();
  });
  known.await();
  const Thread joining = Thread::startVirtualThread([&] { thread->join(); });
  EXPECT_FALSE(joining.join(kMoment));
  permit.grant();
  EXPECT_TRUE(joining.join(kPatience));
  foreign.join();
}

// ---- stacks ---------------------------------------------------------------------------------------------------------

constexpr std::size_t kKilobyte = 1024;

// Uses this many kilobytes of the stack.
int useStack(std::size_t kilobytes) {
  volatile char bytes[kKilobyte];
  bytes[0] = 1;
  return kilobytes == 0 ? 0 : useStack(kilobytes - 1) + bytes[0];
}

TEST_P(ThreadTest, TheStackHasTheSizeThatWasChosen) {
  for (const std::size_t size : {kKilobyte * 128, kKilobyte * 4096}) {
    std::size_t used = 0;
    const std::size_t kilobytes = size / kKilobyte / 2;  // a frame is larger than its array
    builder().stackSize(size).start([&] { used = static_cast<std::size_t>(useStack(kilobytes)); }).join();
    EXPECT_EQ(used, kilobytes);
  }
}

TEST_P(ThreadTest, TheSmallestStackCanBeUsed) {
  bool hasRun = false;
  builder().stackSize(1).start([&] { hasRun = true; }).join();
  EXPECT_TRUE(hasRun);
}

TEST_P(ThreadTest, WithoutMemoryForTheStackStartThrows) {
  bool hasRun = false;
  EXPECT_THROW(builder().stackSize(std::numeric_limits<std::size_t>::max()).start([&] { hasRun = true; }),
               std::system_error);
  EXPECT_FALSE(hasRun);
}

// ---- what leaves a task ---------------------------------------------------------------------------------------------

class ThreadDeathTest : public ThreadKindTest {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static void throwInAThread() {
    std::set_terminate([] { std::_Exit(77); });
    run([] { throw std::runtime_error("left the task"); });
  }
};

INSTANTIATE_TEST_SUITE_P(, ThreadDeathTest, bothKinds(), nameOf);

TEST_P(ThreadDeathTest, AnExceptionThatLeavesTheTaskEndsTheProgram) {
  EXPECT_EXIT(throwInAThread(), testing::ExitedWithCode(77), "");
}

// ---- sleeping and yielding ------------------------------------------------------------------------------------------

TEST_P(ThreadTest, SleepTakesItsTime) {
  run([] {
    const auto start = Clock::now();
    Thread::sleep(kMoment);
    EXPECT_GE(Clock::now() - start, kMoment);
  });
}

TEST_P(ThreadTest, ASleepOfZeroReturns) {
  run([] { Thread::sleep(0ms); });
}

TEST_P(ThreadTest, ASleepOfMaxGoesOnForever) {
  const Thread thread = start([] { Thread::sleep(std::chrono::milliseconds::max()); });
  EXPECT_FALSE(thread.join(kMoment));
}

TEST_P(ThreadTest, ANegativeSleepIsAnArgumentError) {
  run([] { EXPECT_THROW(Thread::sleep(-1ms), std::invalid_argument); });
}

TEST_P(ThreadTest, ManySleepTogether) {
  const auto start = Clock::now();
  runInThreads(50, [](int) { Thread::sleep(200ms); });
  EXPECT_LT(Clock::now() - start, 50 * 200ms);
}

TEST_P(ThreadTest, YieldLetsOthersRun) {
  std::atomic<bool> hasRun{false};
  run([&] {
    const Thread other = start([&] { hasRun = true; });
    while (!hasRun) Thread::yield();
    other.join();
  });
}

TEST(ForeignThreadTest, MaySleepAndYield) {
  Thread::sleep(1ms);
  Thread::sleep(0ms);
  Thread::yield();
}

// ---- blocking calls -------------------------------------------------------------------------------------------------

TEST_P(ThreadTest, BlockingReturnsWhatTheFunctionReturns) {
  run([] {
    EXPECT_EQ(Thread::blocking([] { return 42; }), 42);
    EXPECT_EQ(Thread::blocking([] { return std::string("text"); }), "text");
  });
}

TEST_P(ThreadTest, BlockingReturnsWhatCanOnlyBeMoved) {
  run([] { EXPECT_EQ(*Thread::blocking([] { return std::make_unique<int>(42); }), 42); });
}

TEST_P(ThreadTest, BlockingReturnsReferences) {
  run([] {
    int number = 42;
    int& result = Thread::blocking([&]() -> int& { return number; });
    EXPECT_EQ(&result, &number);
  });
}

TEST_P(ThreadTest, BlockingMayReturnNothing) {
  run([] {
    bool hasRun = false;
    Thread::blocking([&] { hasRun = true; });
    EXPECT_TRUE(hasRun);
  });
}

TEST_P(ThreadTest, BlockingThrowsWhatTheFunctionThrows) {
  run([] {
    const auto fail = [] { throw std::runtime_error("no file"); };
    EXPECT_STREQ(thrownBy<std::runtime_error>([&] { Thread::blocking(fail); }).what(), "no file");
  });
}

TEST_P(ThreadTest, BlockingTakesAFunctionThatCanOnlyBeMoved) {
  run([] { EXPECT_EQ(Thread::blocking([number = std::make_unique<int>(42)] { return *number; }), 42); });
}

TEST_P(ThreadTest, SixtyFourBlockingCallsRunTogether) {
  std::atomic<int> running{0};
  runInThreads(64, [&](int) {
    Thread::blocking([&] {
      ++running;
      while (running < 64) std::this_thread::sleep_for(1ms);
    });
  });
  EXPECT_EQ(running, 64);
}

TEST_P(ThreadTest, FurtherBlockingCallsRunLater) {
  std::atomic<int> count{0};
  runInThreads(150, [&](int) {
    Thread::blocking([&] {
      std::this_thread::sleep_for(1ms);
      ++count;
    });
  });
  EXPECT_EQ(count, 150);
}

TEST(ForeignThreadTest, MakesBlockingCallsItself) {
  const auto here = std::this_thread::get_id();
  EXPECT_EQ(Thread::blocking([] { return std::this_thread::get_id(); }), here);
}

}  // namespace
