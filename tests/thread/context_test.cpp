// SPDX-License-Identifier: MIT
//
// Context: each flow finds everything as it left it when it is resumed.
#include "thread/context/context.hpp"

#include "context_registers.hpp"
#include "support/flow.hpp"
#include "support/sanitizers.hpp"
#include "thread/context/processor.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#if defined(__has_include)
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define NETLITE_TEST_BACKTRACE
#endif
#endif

namespace {

using netlite::Context;
using netlite::test::Flow;

// Whether the system makes the stacks.
bool bringsStacks() { return Context::memoryFor(Flow::kStackSize) == 0; }

class ContextTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!netlite::hasContexts()) GTEST_SKIP() << "there are no contexts for this processor or system";
  }
};

TEST_F(ContextTest, AFlowStartsWhenItIsFirstResumed) {
  bool hasStarted = false;
  Flow flow([&](Flow&) { hasStarted = true; });
  EXPECT_FALSE(hasStarted);
  flow.resume();
  EXPECT_TRUE(hasStarted);
}

TEST_F(ContextTest, AFlowContinuesWhereItPaused) {
  std::string steps;
  Flow flow([&](Flow& self) {
    for (const char step : {'a', 'b', 'c'}) {
      steps += step;
      self.pause();
    }
  });
  while (!flow.hasEnded()) {
    flow.resume();
    steps += '.';
  }
  EXPECT_EQ(steps, "a.b.c..");
}

// The test resumes `first`, which resumes `second`, which passes control back.
struct Relay {
  void run(Context::Entry runFirst, Context::Entry runSecond) {
    std::vector<std::byte> stacks(2 * Flow::kStackSize);
    std::byte* const middle = stacks.data() + Flow::kStackSize;
    first.prepare(stacks.data(), middle, Flow::kStackSize, runFirst, this);
    second.prepare(middle, middle + Flow::kStackSize, Flow::kStackSize, runSecond, this);
    test.switchTo(first);
  }

  Context test, first, second;
  std::string steps;
};

TEST_F(ContextTest, AFlowCanSwitchToAnotherOne) {
  Relay relay;
  const auto runFirst = [](void* argument) noexcept -> Context& {
    auto& self = *static_cast<Relay*>(argument);
    self.steps += "1";
    self.first.switchTo(self.second);
    self.steps += "3";
    return self.test;
  };
  const auto runSecond = [](void* argument) noexcept -> Context& {
    auto& self = *static_cast<Relay*>(argument);
    self.steps += "2";
    return self.first;
  };
  relay.run(runFirst, runSecond);
  EXPECT_EQ(relay.steps, "123");
}

TEST_F(ContextTest, AFlowCanEndByStartingAnother) {
  Relay relay;
  const auto runFirst = [](void* argument) noexcept -> Context& {
    auto& self = *static_cast<Relay*>(argument);
    self.steps += "1";
    return self.second;
  };
  const auto runSecond = [](void* argument) noexcept -> Context& {
    auto& self = *static_cast<Relay*>(argument);
    self.steps += "2";
    return self.test;
  };
  relay.run(runFirst, runSecond);
  EXPECT_EQ(relay.steps, "12");
}

TEST_F(ContextTest, CanBePreparedAgainAfterItsEnd) {
  int runs = 0;
  Flow flow([&](Flow& self) {
    self.pause();
    ++runs;
  });
  for (int run = 0; run < 3; ++run) {
    flow.resume();
    flow.resume();
    ASSERT_TRUE(flow.hasEnded());
    flow.restart();
  }
  EXPECT_EQ(runs, 3);
}

TEST_F(ContextTest, TenThousandTakeTurns) {
#ifdef NETLITE_TEST_THREAD_SANITIZER
  constexpr int kFlows = 1000;  // ThreadSanitizer counts them as threads, of which it allows some 8,000
#else
  constexpr int kFlows = 10000;
#endif
  constexpr int kRounds = 3;
  long sum = 0;
  std::vector<std::unique_ptr<Flow>> flows;
  for (int i = 0; i < kFlows; ++i) {
    flows.push_back(std::make_unique<Flow>(
        [&sum, i](Flow& self) {
          for (int round = 0; round < kRounds; ++round) {
            sum += i;
            self.pause();
          }
        },
        16 * 1024));
  }
  for (int round = 0; round <= kRounds; ++round) {
    for (const auto& flow : flows) flow->resume();
  }
  for (const auto& flow : flows) ASSERT_TRUE(flow->hasEnded());
  EXPECT_EQ(sum, long{kRounds} * kFlows * (kFlows - 1) / 2);
}

TEST_F(ContextTest, TakesAtMost32Bytes) {
#if defined(NETLITE_TEST_ADDRESS_SANITIZER) || defined(NETLITE_TEST_THREAD_SANITIZER)
  GTEST_SKIP() << "a sanitizer needs more";
#endif
  if (bringsStacks()) GTEST_SKIP() << "a fiber needs more";
  EXPECT_LE(sizeof(Context), 32u);
}

// ---- the stack ------------------------------------------------------------------------------------------------------

// The compiler must not know what it itself has aligned.
std::uintptr_t addressOf(const void* object) {
  const void* volatile hidden = object;
  return reinterpret_cast<std::uintptr_t>(hidden);
}

TEST_F(ContextTest, AFlowRunsOnItsStack) {
  if (bringsStacks()) GTEST_SKIP() << "the system makes the stack";
  std::uintptr_t local = 0;
  Flow flow([&](Flow&) {
    const int onTheStack = 0;
    local = addressOf(&onTheStack);
  });
  flow.resume();
#ifndef NETLITE_TEST_ADDRESS_SANITIZER  // which may put it elsewhere
  EXPECT_GT(local, addressOf(flow.bottom()));
  EXPECT_LT(local, addressOf(flow.top()));
#endif
}

TEST_F(ContextTest, TheStackPointerOfASuspendedFlowIsBelowItsFrames) {
  if (bringsStacks()) GTEST_SKIP() << "the system makes the stack";
  const void* frame = nullptr;
  Flow flow([&](Flow& self) {
    frame = __builtin_frame_address(0);
    self.pause();
  });
  flow.resume();
  EXPECT_GT(addressOf(flow.context().stackPointer()), addressOf(flow.bottom()));
  EXPECT_LT(addressOf(flow.context().stackPointer()), addressOf(frame));
  flow.resume();
}

#ifdef NETLITE_TEST_BACKTRACE
TEST_F(ContextTest, ABacktraceEndsAtTheFlowsStart) {
  std::vector<void*> frames(100);
  Flow flow([&](Flow& self) {
    self.pause();
    frames.resize(static_cast<std::size_t>(::backtrace(frames.data(), static_cast<int>(frames.size()))));
  });
  flow.resume();
  flow.resume();
  constexpr std::uintptr_t kStartSize = 64;
  ASSERT_GT(frames.size(), 3u);
  ASSERT_LT(frames.size(), 100u);
  EXPECT_GT(addressOf(frames.back()), reinterpret_cast<std::uintptr_t>(&netlite_start_context));
  EXPECT_LT(addressOf(frames.back()), reinterpret_cast<std::uintptr_t>(&netlite_start_context) + kStartSize);
}
#endif

class AlignmentTest : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    if (!netlite::hasContexts()) GTEST_SKIP() << "there are no contexts for this processor or system";
  }
};

INSTANTIATE_TEST_SUITE_P(Bytes, AlignmentTest, testing::Range(std::size_t{0}, std::size_t{33}));

// Stores where an object of 16 bytes is on its stack.
struct Aligned {
  explicit Aligned(void* bottom, void* top) {
    context.prepare(bottom, top, Flow::kStackSize, run, this);
    test.switchTo(context);
  }

  static Context& run(void* aligned) noexcept {
    auto& self = *static_cast<Aligned*>(aligned);
    alignas(16) const char object[16] = {};
    self.address = addressOf(object);
    return self.test;
  }

  Context test, context;
  std::uintptr_t address = 0;
};

TEST_P(AlignmentTest, AFlowIsEnteredWithAnAlignedStackWhateverItsTop) {
  std::vector<std::byte> stack(Flow::kStackSize);
  const Aligned aligned(stack.data(), stack.data() + stack.size() - GetParam());
  EXPECT_EQ(aligned.address % 16, 0u);
}

TEST_F(ContextTest, MemoryAboveTheTopIsTheCallers) {
  constexpr std::size_t kCallers = 64;
  std::vector<std::byte> stack(Flow::kStackSize);
  const Aligned aligned(stack.data(), stack.data() + stack.size() - kCallers);
  EXPECT_EQ(std::vector<std::byte>(stack.end() - kCallers, stack.end()), std::vector<std::byte>(kCallers));
}

TEST_F(ContextTest, AStackMayBeOfAnySizeWhateverEndedBefore) {
  for (const int size : {64, 1024, 256}) {
    int depth = 0;
    const std::function<void()> recurse = [&] {
      volatile char frame[4096] = {};
      if (++depth < size / 8) recurse();
      static_cast<void>(frame[0]);
    };
    Flow flow([&](Flow&) { recurse(); }, static_cast<std::size_t>(size) * 1024);
    flow.resume();
    EXPECT_TRUE(flow.hasEnded());
  }
}

TEST_F(ContextTest, AFlowThatWasNeverResumedCanBeAbandoned) {
  Flow flow([](Flow&) {});
  flow.context().abandon();
  flow.restart();
  flow.resume();
  EXPECT_TRUE(flow.hasEnded());
}

TEST_F(ContextTest, AStackThatTheSystemHasNoRoomForIsRefused) {
  if (!bringsStacks()) GTEST_SKIP() << "the caller makes the stack";
  Context context;
  EXPECT_FALSE(context.prepare(nullptr, nullptr, std::numeric_limits<std::size_t>::max() / 2, nullptr, nullptr));
}

// ---- registers ------------------------------------------------------------------------------------------------------

void expectEqual(const netlite::test::RegisterValues& values, const netlite::test::RegisterValues& expected) {
  EXPECT_EQ(values.integers, expected.integers);
  EXPECT_EQ(values.numbers, expected.numbers);
}

TEST_F(ContextTest, RegistersThatAFunctionPreservesKeepTheirValues) {
  netlite::test::RegisterValues first{}, second{};
  Flow one([&](Flow& self) { first = netlite::test::fillRegistersAndPause(1, self); });
  Flow other([&](Flow& self) { second = netlite::test::fillRegistersAndPause(1000, self); });
  while (!one.hasEnded()) {
    one.resume();
    other.resume();
  }
  expectEqual(first, netlite::test::valuesOfRegisters(1));
  expectEqual(second, netlite::test::valuesOfRegisters(1000));
}

// ---- exceptions -----------------------------------------------------------------------------------------------------

std::string currentMessage() {
  if (std::current_exception() == nullptr) return "none";
  try {
    throw;
  } catch (const std::exception& current) {
    return current.what();
  }
}

TEST_F(ContextTest, AFlowThrowsAndCatches) {
  std::string caught;
  Flow flow([&](Flow& self) {
    try {
      self.pause();
      throw std::runtime_error("thrown after a pause");
    } catch (const std::runtime_error& thrown) {
      caught = thrown.what();
    }
  });
  flow.resume();
  flow.resume();
  EXPECT_EQ(caught, "thrown after a pause");
}

TEST_F(ContextTest, AFlowThatPausesInACatchBlockKeepsItsException) {
  std::string message;
  Flow flow([&](Flow& self) {
    try {
      throw std::runtime_error("the flow's");
    } catch (const std::runtime_error&) {
      self.pause();
      message = currentMessage();
    }
  });
  try {
    throw std::runtime_error("the test's");
  } catch (const std::runtime_error&) {
    flow.resume();
    EXPECT_EQ(currentMessage(), "the test's");
    flow.resume();
    EXPECT_EQ(currentMessage(), "the test's");
  }
  EXPECT_EQ(message, "the flow's");
}

TEST_F(ContextTest, CatchBlocksOfTwoFlowsMayOverlap) {
  Flow first([](Flow& self) {
    try {
      throw std::runtime_error("first");
    } catch (const std::runtime_error&) {
      self.pause();
      EXPECT_EQ(currentMessage(), "first");
    }
    EXPECT_EQ(currentMessage(), "none");
    self.pause();
  });
  Flow second([](Flow& self) {
    try {
      throw std::runtime_error("second");
    } catch (const std::runtime_error&) {
      self.pause();
      EXPECT_EQ(currentMessage(), "second");
    }
  });
  first.resume();
  second.resume();
  EXPECT_EQ(currentMessage(), "none");
  first.resume();  // leaves its block while the second flow is still in the other one
  second.resume();
  first.resume();
  EXPECT_EQ(currentMessage(), "none");
}

TEST_F(ContextTest, AnExceptionCanBeRethrownAfterAPause) {
  std::string caught;
  Flow flow([&](Flow& self) {
    try {
      try {
        throw std::runtime_error("rethrown");
      } catch (const std::runtime_error&) {
        self.pause();
        throw;
      }
    } catch (const std::runtime_error& again) {
      caught = again.what();
    }
  });
  Flow other([&](Flow& self) {
    try {
      throw std::logic_error("another");
    } catch (const std::logic_error&) {
      self.pause();
    }
  });
  flow.resume();
  other.resume();
  flow.resume();
  other.resume();
  EXPECT_EQ(caught, "rethrown");
}

// Pauses in its destructor.
class Pausing {
 public:
  explicit Pausing(Flow& flow) : flow_(flow) {}
  Pausing(const Pausing&) = delete;
  Pausing& operator=(const Pausing&) = delete;
  ~Pausing() {
    EXPECT_EQ(std::uncaught_exceptions(), 1);
    flow_.pause();
    EXPECT_EQ(std::uncaught_exceptions(), 1);
  }

 private:
  Flow& flow_;
};

void throwThroughAPause(Flow& self, const std::string& message, std::string& caught) {
  try {
    const Pausing pausing(self);
    throw std::runtime_error(message);
  } catch (const std::runtime_error& thrown) {
    caught = thrown.what();
  }
  EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST_F(ContextTest, AFlowMayPauseWhileAnExceptionUnwindsItsStack) {
  std::string caught;
  Flow flow([&](Flow& self) { throwThroughAPause(self, "mine", caught); });
  flow.resume();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  flow.resume();
  EXPECT_EQ(caught, "mine");
}

TEST_F(ContextTest, TwoStacksMayUnwindAtTheSameTime) {
  std::string first, second;
  Flow one([&](Flow& self) { throwThroughAPause(self, "first", first); });
  Flow other([&](Flow& self) { throwThroughAPause(self, "second", second); });
  one.resume();
  other.resume();
  one.resume();
  other.resume();
  EXPECT_EQ(first, "first");
  EXPECT_EQ(second, "second");
}

TEST_F(ContextTest, OneStackMayUnwindWhileAnotherFlowHandlesItsException) {
  std::string caught;
  Flow unwinding([&](Flow& self) { throwThroughAPause(self, "unwinding", caught); });
  Flow handling([](Flow& self) {
    try {
      throw std::runtime_error("handled");
    } catch (const std::runtime_error&) {
      self.pause();
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      EXPECT_EQ(currentMessage(), "handled");
    }
  });
  unwinding.resume();
  handling.resume();
  unwinding.resume();
  handling.resume();
  EXPECT_EQ(caught, "unwinding");
}

TEST_F(ContextTest, EachOsThreadHasItsOwnFlows) {
  const auto work = [] {
    for (int i = 0; i < 100; ++i) {
      std::string caught;
      Flow flow([&](Flow& self) { throwThroughAPause(self, "mine", caught); });
      flow.resume();
      flow.resume();
      EXPECT_EQ(caught, "mine");
    }
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace
