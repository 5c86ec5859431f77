// SPDX-License-Identifier: MIT
//
// StackPool on a system without guard marks. This program replaces madvise (ld's --wrap), which knows them since Linux
// 6.13. Linux only.
#include "support/sanitizers.hpp"
#include "thread/stack_overflow.hpp"
#include "thread/stack_pool.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <vector>

extern "C" {

int __real_madvise(void*, size_t, int);

int __wrap_madvise(void* address, size_t size, int advice) {
  if (advice != 102) return __real_madvise(address, size, advice);
  errno = EINVAL;
  return -1;
}

}  // extern "C"

namespace {

using netlite::Stack;
using netlite::StackPool;

constexpr std::ptrdiff_t kMaxGuards = 16000;

std::vector<Stack> acquire(std::size_t count) {
  StackPool pool;
  std::vector<Stack> stacks(count);
  for (Stack& each : stacks) each = pool.acquire(16 * 1024);
  return stacks;
}

char& byteBelow(const Stack& stack, std::ptrdiff_t distance) { return static_cast<char*>(stack.bottom)[-distance]; }

// As many stacks as get a guard, and some more. They are used up only once in a program.
const std::vector<Stack>& manyStacks() {
  static const std::vector<Stack> stacks = acquire(kMaxGuards + 1000);
  return stacks;
}

class StackGuardsTest : public testing::Test {
 protected:
  void SetUp() override {
#ifdef NETLITE_TEST_ADDRESS_SANITIZER
    GTEST_SKIP() << "AddressSanitizer's search for leaks compares each stack with each mapping, which takes too long";
#endif
  }
};

TEST_F(StackGuardsTest, SixteenThousandStacksAreGuarded) {
  const auto isGuarded = [](const Stack& stack) { return stack.isGuarded; };
  const auto end = manyStacks().end();
  EXPECT_TRUE(std::all_of(manyStacks().begin(), end - 1000, isGuarded));
  EXPECT_TRUE(std::none_of(end - 1000, end, isGuarded));
}

TEST_F(StackGuardsTest, AGuardedStackIsIntact) { EXPECT_TRUE(StackPool::isIntact(manyStacks().front())); }

TEST_F(StackGuardsTest, AnUnguardedStackIsIntactUntilItOverflows) {
  for (const std::ptrdiff_t distance : {1, 8, 100, 256}) {
    const Stack& stack = manyStacks().back();
    EXPECT_TRUE(StackPool::isIntact(stack));
    byteBelow(stack, distance) = 'x';
    EXPECT_FALSE(StackPool::isIntact(stack)) << distance;
    byteBelow(stack, distance) = 0;
  }
}

class StackGuardsDeathTest : public StackGuardsTest {
 protected:
  void SetUp() override {
#ifdef NETLITE_TEST_THREAD_SANITIZER
    GTEST_SKIP() << "the sanitizer reports the fault itself";
#endif
    StackGuardsTest::SetUp();
  }
};

TEST_F(StackGuardsDeathTest, AccessToAGuardFaults) {
  EXPECT_EXIT(byteBelow(manyStacks().front(), 1) = 'x', testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(StackGuardsDeathTest, AnOverflowWithoutAGuardIsReportedWhenItIsFound) {
  const Stack& stack = manyStacks().back();
  const auto nameOfStack = [](void*) noexcept { return "worker"; };
  netlite::checkForOverflow(stack, nameOfStack);
  EXPECT_EXIT((byteBelow(stack, 1) = 'x', netlite::checkForOverflow(stack, nameOfStack)),
              testing::KilledBySignal(SIGABRT),
              "netlite: virtual thread worker has overflowed its stack of 16384 bytes\n");
}

}  // namespace
