// SPDX-License-Identifier: MIT
//
// StackPool: the sizes of stacks, what is in them, and who gets them next.
#include "thread/stack_pool.hpp"

#include "platform/stack.hpp"
#include "support/sanitizers.hpp"
#include "support/system.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using netlite::Stack;
using netlite::StackPool;
using netlite::test::thrownBy;

constexpr std::size_t kSize = StackPool::kDefaultSize;
constexpr std::size_t kKept = 64;

char* bottomOf(const Stack& stack) { return static_cast<char*>(stack.bottom); }
char* topOf(const Stack& stack) { return static_cast<char*>(stack.top); }

bool isAllZeros(const Stack& stack) {
  return std::all_of(bottomOf(stack), topOf(stack), [](char byte) { return byte == 0; });
}

void fill(const Stack& stack) { std::fill(bottomOf(stack), topOf(stack), 'x'); }

std::vector<Stack> acquire(StackPool& pool, std::size_t count) {
  std::vector<Stack> stacks(count);
  for (Stack& each : stacks) each = pool.acquire(kSize);
  return stacks;
}

void release(StackPool& pool, const std::vector<Stack>& stacks) {
  for (const Stack& each : stacks) pool.release(each);
}

class StackPoolTest : public testing::Test {
 protected:
  StackPool pool_;
};

// ---- sizes ----------------------------------------------------------------------------------------------------------

TEST_F(StackPoolTest, AStackCanBeWrittenFromEndToEnd) {
  const Stack stack = pool_.acquire(kSize);
  fill(stack);
  EXPECT_TRUE(StackPool::isIntact(stack));
}

TEST_F(StackPoolTest, TheSizeIncludesTheGuard) {
  const Stack stack = pool_.acquire(kSize);
  EXPECT_EQ(StackPool::sizeOf(stack), std::max(kSize, 4 * netlite::platform::pageSize()));
  EXPECT_EQ(static_cast<std::size_t>(topOf(stack) - bottomOf(stack)),
            StackPool::sizeOf(stack) - netlite::platform::pageSize());
}

TEST_F(StackPoolTest, AStackIsAlignedToItsSize) {
  for (int i = 0; i < 3; ++i) {
    const Stack stack = pool_.acquire(1024 * 1024);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(stack.top) % (1024 * 1024), 0u);
  }
}

TEST_F(StackPoolTest, ASizeIsRoundedUpToAPowerOfTwo) {
  EXPECT_EQ(StackPool::sizeOf(pool_.acquire(512 * 1024 - 1)), 512u * 1024);
  EXPECT_EQ(StackPool::sizeOf(pool_.acquire(512 * 1024)), 512u * 1024);
  EXPECT_EQ(StackPool::sizeOf(pool_.acquire(512 * 1024 + 1)), 1024u * 1024);
}

TEST_F(StackPoolTest, TheSmallestStackHasFourPages) {
  EXPECT_EQ(StackPool::sizeOf(pool_.acquire(0)), 4 * netlite::platform::pageSize());
  EXPECT_EQ(StackPool::sizeOf(pool_.acquire(1)), 4 * netlite::platform::pageSize());
}

TEST_F(StackPoolTest, AStackMayBeLargerThanASlab) {
  const Stack stack = pool_.acquire(32 * 1024 * 1024);
  *bottomOf(stack) = 'x';
  topOf(stack)[-1] = 'x';
  EXPECT_EQ(StackPool::sizeOf(stack), 32u * 1024 * 1024);
}

class HugeStackTest : public StackPoolTest, public testing::WithParamInterface<std::size_t> {};

constexpr std::size_t kMax = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kLeast = sizeof(void*) == 4 ? kMax / 4 * 3 : kMax / 4;  // 32-bit programs may have a quarter
INSTANTIATE_TEST_SUITE_P(, HugeStackTest, testing::Values(kMax, kMax / 2 + 2, kMax / 2 + 1, kMax / 2, kLeast));

TEST_P(HugeStackTest, IsRefused) {
  const auto exception = thrownBy<std::system_error>([this] { pool_.acquire(GetParam()); });
  EXPECT_EQ(exception.code(), std::errc::not_enough_memory);
  EXPECT_EQ(std::string(exception.what()).compare(0, 18, "reserve a stack of"), 0) << exception.what();
}

// ---- reuse ----------------------------------------------------------------------------------------------------------

TEST_F(StackPoolTest, StacksAreDistinct) {
  std::vector<Stack> stacks = acquire(pool_, 1000);
  std::sort(stacks.begin(), stacks.end(), [](const Stack& a, const Stack& b) { return a.bottom < b.bottom; });
  for (std::size_t i = 1; i < stacks.size(); ++i) ASSERT_LT(stacks[i - 1].top, stacks[i].bottom);
  release(pool_, stacks);
}

TEST_F(StackPoolTest, ANewStackIsAllZeros) { EXPECT_TRUE(isAllZeros(pool_.acquire(kSize))); }

TEST_F(StackPoolTest, TheLastStackReleasedIsTheNextOneWithItsMemory) {
  const std::vector<Stack> stacks = acquire(pool_, 2);
  fill(stacks[0]);
  fill(stacks[1]);
  release(pool_, stacks);
  for (const std::size_t i : {1u, 0u}) {
    const Stack again = pool_.acquire(kSize);
    EXPECT_EQ(again.bottom, stacks[i].bottom);
    EXPECT_EQ(again.top, stacks[i].top);
    EXPECT_EQ(again.isGuarded, stacks[i].isGuarded);
    EXPECT_FALSE(isAllZeros(again));
  }
}

TEST_F(StackPoolTest, AStackOfAnotherSizeIsNotReused) {
  const Stack small = pool_.acquire(kSize);
  const Stack large = pool_.acquire(4 * kSize);
  pool_.release(large);
  pool_.release(small);
  EXPECT_EQ(pool_.acquire(4 * kSize).bottom, large.bottom);
  EXPECT_NE(pool_.acquire(2 * kSize).bottom, small.bottom);
  EXPECT_EQ(pool_.acquire(kSize).bottom, small.bottom);
}

TEST_F(StackPoolTest, TheStacksBeyondThoseThatItKeepsAreSharedWithoutTheirMemory) {
  const std::vector<Stack> stacks = acquire(pool_, kKept + 1);
  for (const Stack& each : stacks) fill(each);
  release(pool_, stacks);
  StackPool other;
  const Stack shared = other.acquire(kSize);
  EXPECT_EQ(shared.bottom, stacks.back().bottom);
  EXPECT_TRUE(isAllZeros(shared));
  EXPECT_EQ(pool_.acquire(kSize).bottom, stacks[kKept - 1].bottom);
}

TEST_F(StackPoolTest, ADestroyedPoolSharesItsStacks) {
  std::vector<Stack> stacks;
  {
    StackPool destroyed;
    stacks = acquire(destroyed, 2);
    release(destroyed, stacks);
  }
  EXPECT_EQ(pool_.acquire(kSize).bottom, stacks[1].bottom);
  EXPECT_EQ(pool_.acquire(kSize).bottom, stacks[0].bottom);
}

TEST_F(StackPoolTest, AStackThatWasReleasedCanStillBeRead) {
  Stack stack;
  {
    StackPool destroyed;
    stack = destroyed.acquire(kSize);
    fill(stack);
    destroyed.release(stack);
    EXPECT_EQ(topOf(stack)[-1], 'x');
  }
  EXPECT_EQ(topOf(stack)[-1], 0);
}

TEST_F(StackPoolTest, PoolsOfSeveralThreadsShareTheirStacks) {
  const auto work = [] {
    for (int round = 0; round < 20; ++round) {
      StackPool pool;
      const std::vector<Stack> stacks = acquire(pool, kKept + 10);
      for (const Stack& each : stacks) ASSERT_EQ(std::exchange(topOf(each)[-1], 'x'), 0);
      release(pool, stacks);
    }
  };
  std::thread other(work);
  work();
  other.join();
}

// ---- many -----------------------------------------------------------------------------------------------------------

std::size_t countMappings() {
  std::ifstream maps("/proc/self/maps");
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(maps), {}, '\n'));
}

TEST_F(StackPoolTest, AHundredThousandStacksFitIntoTheDefaultLimitOfMappings) {
  if (sizeof(void*) < 8) GTEST_SKIP() << "the address space is too small";
  if (netlite::test::runsUnderQemu()) GTEST_SKIP() << "takes qemu-user too long";
  if (netlite::test::runsOnWindows()) GTEST_SKIP() << "Windows has no such limit, and its fibers bring their stacks";
#if defined(NETLITE_TEST_ADDRESS_SANITIZER) || defined(NETLITE_TEST_THREAD_SANITIZER)
  GTEST_SKIP() << "takes the sanitizer too long";
#endif
  const std::vector<Stack> stacks = acquire(pool_, 100000);
  EXPECT_LT(countMappings(), 40000u);
  if (netlite::platform::hasGuardMarks()) {
    EXPECT_LT(countMappings(), 1000u);
    EXPECT_TRUE(std::all_of(stacks.begin(), stacks.end(), [](const Stack& each) { return each.isGuarded; }));
  }
  release(pool_, stacks);
}

TEST_F(StackPoolTest, WhenTheAddressSpaceEndsAcquireThrowsAndReleasedStacksCanBeReused) {
  if (sizeof(void*) >= 8) GTEST_SKIP() << "the address space is too large";
  std::vector<Stack> stacks;
  const auto exception = thrownBy<std::system_error>([&] {
    for (;;) stacks.push_back(pool_.acquire(kSize));
  });
  EXPECT_EQ(exception.code(), std::errc::not_enough_memory);
  EXPECT_EQ(exception.what(), "reserve a stack of 65536 bytes: " + exception.code().message());
  EXPECT_GT(stacks.size(), 20000u);
  const Stack last = stacks.back();
  release(pool_, stacks);
  EXPECT_EQ(StackPool().acquire(kSize).bottom, last.bottom);
}

// ---- guards ---------------------------------------------------------------------------------------------------------

TEST_F(StackPoolTest, AStackIsFoundByAnAddressInItsGuard) {
  const Stack stack = pool_.acquire(4 * kSize);
  for (const std::size_t below : {std::size_t{1}, netlite::platform::pageSize()}) {
    Stack found;
    EXPECT_TRUE(StackPool::findByGuard(bottomOf(stack) - below, found));
    EXPECT_EQ(found.bottom, stack.bottom);
    EXPECT_EQ(found.top, stack.top);
  }
}

TEST_F(StackPoolTest, AStackIsNotFoundByAnyOtherAddress) {
  const Stack stack = pool_.acquire(4 * kSize);
  const char local = 0;
  Stack found;
  EXPECT_FALSE(StackPool::findByGuard(bottomOf(stack), found));
  EXPECT_FALSE(StackPool::findByGuard(topOf(stack) - 1, found));
  EXPECT_FALSE(StackPool::findByGuard(&local, found));
  EXPECT_FALSE(StackPool::findByGuard(nullptr, found));
}

}  // namespace
