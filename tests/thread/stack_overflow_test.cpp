// SPDX-License-Identifier: MIT
//
// Stack overflows: the line that names the virtual thread, and what happens after it.
#include "thread/stack_overflow.hpp"

#include "support/sanitizers.hpp"
#include "thread/context/context.hpp"
#include "thread/stack_pool.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <thread>

namespace {

using netlite::Context;
using netlite::Stack;
using netlite::StackPool;
using testing::ExitedWithCode;
using testing::KilledBySignal;

constexpr const char* kLine = "^netlite: virtual thread worker has overflowed its stack of 65536 bytes\n$";
constexpr const char* kNothing = "^$";

const char* nameOfStack(void*) noexcept { return "worker"; }

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[100] = {};
  return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

// Runs a recursion on a stack of the pool.
class Recursion {
 public:
  explicit Recursion(int depth) : depth_(depth) {
    StackPool pool;
    const Stack stack = pool.acquire(StackPool::kDefaultSize);
    flow_.prepare(stack.bottom, stack.top, StackPool::kDefaultSize, run, this);
    carrier_.switchTo(flow_);
  }

 private:
  static Context& run(void* recursion) noexcept {
    auto& self = *static_cast<Recursion*>(recursion);
    recurse(self.depth_);
    return self.carrier_;
  }

  int depth_;
  Context carrier_;
  Context flow_;
};

void overflow() { const Recursion endless(1'000'000'000); }

void installOwnHandler() {
  struct sigaction action {};
  action.sa_handler = [](int) { ::_exit(7); };
  ::sigaction(SIGSEGV, &action, nullptr);
}

void readPageWithoutAccess() {
  void* const page = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);
  static_cast<void>(*static_cast<volatile char*>(page));
}

// Each statement runs in a forked child, since the reporting is installed once for a process.
class StackOverflowDeathTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!netlite::hasContexts()) GTEST_SKIP() << "there are no contexts for this processor or system";
#if defined(NETLITE_TEST_ADDRESS_SANITIZER) || defined(NETLITE_TEST_THREAD_SANITIZER)
    GTEST_SKIP() << "the sanitizer reports the fault itself";
#endif
  }

  static void install() { netlite::installOverflowReporting(nameOfStack); }

  static void installAfterOwnHandler() {
    installOwnHandler();
    install();
  }
};

TEST_F(StackOverflowDeathTest, ARecursionThatFitsPasses) {
  EXPECT_EXIT((install(), Recursion(100), ::_exit(0)), ExitedWithCode(0), kNothing);
}

TEST_F(StackOverflowDeathTest, AnOverflowIsReportedAndEndsTheProgram) {
  EXPECT_EXIT((install(), overflow()), KilledBySignal(SIGSEGV), kLine);
}

TEST_F(StackOverflowDeathTest, AnOverflowOnASecondCarrierIsReported) {
  const auto carry = [] {
    install();
    overflow();
  };
  EXPECT_EXIT((install(), std::thread(carry).join()), KilledBySignal(SIGSEGV), kLine);
}

TEST_F(StackOverflowDeathTest, AnotherFaultHasTheDefaultEffect) {
  EXPECT_EXIT((install(), readPageWithoutAccess()), KilledBySignal(SIGSEGV), kNothing);
}

TEST_F(StackOverflowDeathTest, ASignalFromAProcessHasTheDefaultEffect) {
  EXPECT_EXIT((install(), ::kill(::getpid(), SIGSEGV)), KilledBySignal(SIGSEGV), kNothing);
}

TEST_F(StackOverflowDeathTest, AnEarlierHandlerIsCalledAfterTheReport) {
  EXPECT_EXIT((installAfterOwnHandler(), overflow()), ExitedWithCode(7), kLine);
}

TEST_F(StackOverflowDeathTest, AnEarlierHandlerGetsAnyOtherFault) {
  EXPECT_EXIT((installAfterOwnHandler(), readPageWithoutAccess()), ExitedWithCode(7), kNothing);
}

TEST_F(StackOverflowDeathTest, AnEarlierHandlerGetsASignalFromAProcess) {
  EXPECT_EXIT((installAfterOwnHandler(), ::kill(::getpid(), SIGSEGV)), ExitedWithCode(7), kNothing);
}

// Whether a thread that has a stack for signals still has it with the reporting installed.
bool keepsItsSignalStack() {
  static char own[64 * 1024];
  stack_t stack{};
  stack.ss_sp = own;
  stack.ss_size = sizeof own;
  ::sigaltstack(&stack, nullptr);
  netlite::installOverflowReporting(nameOfStack);
  stack_t current{};
  ::sigaltstack(nullptr, &current);
  return current.ss_sp == own;
}

TEST_F(StackOverflowDeathTest, TheProgramsOwnSignalStackIsKept) {
  EXPECT_EXIT(::_exit(keepsItsSignalStack() ? 0 : 1), ExitedWithCode(0), kNothing);
}

}  // namespace
