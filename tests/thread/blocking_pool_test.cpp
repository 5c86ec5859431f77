// SPDX-License-Identifier: MIT
//
// BlockingPool: how many calls run together, that further ones wait their turn, and when helpers end.
#include "thread/blocking_pool.hpp"

#include "support/eventually.hpp"
#include "tests/thread/thread_kinds.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace {

using netlite::BlockingPool;
using netlite::Thread;
using netlite::test::bothKinds;
using netlite::test::eventually;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::Permit;
using netlite::test::ThreadKindTest;
using namespace std::chrono_literals;

constexpr auto kLong = std::chrono::milliseconds(1h);

class BlockingPoolTest : public ThreadKindTest {};

INSTANTIATE_TEST_SUITE_P(, BlockingPoolTest, bothKinds(), nameOf);

TEST_P(BlockingPoolTest, RunsTheCallInAnotherThread) {
  BlockingPool pool;
  run([&] {
    std::thread::id helper;
    pool.run([&] { helper = std::this_thread::get_id(); });
    EXPECT_NE(helper, std::thread::id());
    EXPECT_NE(helper, std::this_thread::get_id());
  });
}

TEST_P(BlockingPoolTest, AtLeast64CallsRunTogether) {
  BlockingPool pool;
  std::atomic<int> running{0};
  runInThreads(64, [&](int) {
    pool.run([&] {
      ++running;
      while (running < 64) std::this_thread::sleep_for(1ms);
    });
  });
  EXPECT_EQ(running, 64);
}

TEST_P(BlockingPoolTest, FurtherCallsWaitForAHelper) {
  BlockingPool pool(2, kLong);
  Permit permit;
  std::atomic<int> running{0};
  std::vector<Thread> callers;
  for (int i = 0; i < 5; ++i) {
    callers.push_back(start([&] {
      pool.run([&] {
        ++running;
        permit.await();
      });
    }));
  }
  EXPECT_TRUE(eventually([&] { return running == 2; }));
  std::this_thread::sleep_for(kMoment);
  EXPECT_EQ(running, 2);
  EXPECT_EQ(pool.helperCount(), 2);
  permit.grant();
  for (const Thread& caller : callers) EXPECT_TRUE(caller.join(kPatience));
  EXPECT_EQ(running, 5);
}

TEST_P(BlockingPoolTest, AnIdleHelperMakesTheNextCall) {
  BlockingPool pool(64, kLong);
  run([&] {
    for (int i = 0; i < 20; ++i) pool.run([] {});
  });
  EXPECT_EQ(pool.helperCount(), 1);
}

TEST_P(BlockingPoolTest, IdleHelpersEnd) {
  BlockingPool pool(64, 1ms);
  runInThreads(10, [&](int) { pool.run([] {}); });
  EXPECT_TRUE(eventually([&] { return pool.helperCount() == 0; }));
  run([&] {
    bool hasRun = false;
    pool.run([&] { hasRun = true; });
    EXPECT_TRUE(hasRun);
  });
}

TEST_P(BlockingPoolTest, ACallThatComesAsAHelperEndsIsMade) {
  BlockingPool pool(1, 1ms);
  runInThreads(4, [&](int number) {
    for (int i = 0; i < 20; ++i) {
      pool.run([] {});
      if (number % 2 == 0) Thread::sleep(1ms);
    }
  });
}

TEST_P(BlockingPoolTest, TheDestructorEndsTheHelpers) {
  auto pool = std::make_unique<BlockingPool>(64, kLong);
  run([&] { pool->run([] {}); });
  const Thread destroying = start([&] { pool.reset(); });
  EXPECT_TRUE(destroying.join(kPatience));
}

TEST_P(BlockingPoolTest, MakesManyCalls) {
  BlockingPool pool(8, kLong);
  std::atomic<int> count{0};
  runInThreads(50, [&](int) {
    for (int i = 0; i < 5; ++i) pool.run([&] { ++count; });
  });
  EXPECT_EQ(count, 250);
  EXPECT_LE(pool.helperCount(), 8);
}

}  // namespace
