// SPDX-License-Identifier: MIT
//
// OsThread: joining, detaching, moving, and the size of the stack.
#include "thread/os_thread.hpp"

#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <future>
#include <limits>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace {

using netlite::OsThread;
using netlite::test::thrownBy;

constexpr std::size_t kKilobyte = 1024;
constexpr std::size_t kMegabyte = 1024 * kKilobyte;

// A thread that ends once the test permits it.
class OsThreadTest : public testing::Test {
 protected:
  OsThread start() {
    return OsThread(
        0,
        [this] {
          permission_.get_future().get();
          has_worked_ = true;
          end_.set_value();
        },
        "start a thread");
  }

  void permitEnd() { permission_.set_value(); }
  void awaitEnd() { end_.get_future().get(); }

  std::promise<void> permission_;
  std::promise<void> end_;
  bool has_worked_ = false;
};

TEST_F(OsThreadTest, JoinWaitsForTheEnd) {
  OsThread thread = start();
  permitEnd();
  thread.join();
  EXPECT_TRUE(has_worked_);
}

TEST_F(OsThreadTest, ASecondJoinDoesNothing) {
  OsThread thread = start();
  permitEnd();
  thread.join();
  thread.join();
}

TEST_F(OsThreadTest, AJoinAfterADetachDoesNotWait) {
  OsThread thread = start();
  thread.detach();
  thread.join();
  EXPECT_FALSE(has_worked_);
  permitEnd();
  awaitEnd();
}

TEST_F(OsThreadTest, TheDestructorLeavesTheThreadRunning) {
  { const OsThread thread = start(); }
  EXPECT_FALSE(has_worked_);
  permitEnd();
  awaitEnd();
  EXPECT_TRUE(has_worked_);
}

TEST_F(OsThreadTest, AnEmptyOneCanBeJoinedAndDetached) {
  OsThread none;
  none.join();
  none.detach();
}

TEST_F(OsThreadTest, AMoveTransfersTheThread) {
  OsThread from = start();
  OsThread to(std::move(from));
  from.join();  // does not wait
  permitEnd();
  to.join();
  EXPECT_TRUE(has_worked_);
}

TEST_F(OsThreadTest, AMoveAssignmentTransfersTheThread) {
  OsThread from = start();
  OsThread to;
  to = std::move(from);
  from.join();  // does not wait
  permitEnd();
  to.join();
  EXPECT_TRUE(has_worked_);
}

TEST_F(OsThreadTest, AMoveAssignmentLeavesTheOldThreadRunning) {
  OsThread thread = start();
  thread = OsThread();
  permitEnd();
  awaitEnd();
}

// ---- the stack ------------------------------------------------------------------------------------------------------

// Uses this many kilobytes of the stack.
int useStack(std::size_t kilobytes) {
  volatile char bytes[kKilobyte];
  bytes[0] = 1;
  return kilobytes == 0 ? 0 : useStack(kilobytes - 1) + bytes[0];
}

class StackSizeTest : public testing::TestWithParam<std::size_t> {};

INSTANTIATE_TEST_SUITE_P(, StackSizeTest, testing::Values(1, 100 * kKilobyte, 48 * kMegabyte),
                         [](const auto& tested) { return std::to_string(tested.param) + "Bytes"; });

TEST_P(StackSizeTest, CanBeUsed) {
  const std::size_t kilobytes = GetParam() / kKilobyte / 2;  // a frame is larger than its array
  std::size_t used = 0;
  OsThread(
      GetParam(), [&] { used = static_cast<std::size_t>(useStack(kilobytes)); }, "start a thread")
      .join();
  EXPECT_EQ(used, kilobytes);
}

TEST_F(OsThreadTest, WithoutMemoryForTheStackTheConstructorThrows) {
  bool hasRun = false;
  const auto exception = thrownBy<std::system_error>([&] {
    const OsThread thread(
        std::numeric_limits<std::size_t>::max(), [&] { hasRun = true; }, "start a test's thread");
  });
  EXPECT_EQ(exception.code(), std::errc::resource_unavailable_try_again);
  EXPECT_EQ(exception.what(), "start a test's thread: " + exception.code().message());
  EXPECT_FALSE(hasRun);
}

// ---- a thread's end -------------------------------------------------------------------------------------------------

void set(void* flag) { *static_cast<bool*>(flag) = true; }

TEST_F(OsThreadTest, CallsTheFunctionAtItsEnd) {
  bool isCalled = false;
  bool wasCalledBefore = true;
  OsThread(
      0,
      [&] {
        EXPECT_TRUE(netlite::platform::callAtThreadEnd(set, &isCalled));
        wasCalledBefore = isCalled;
      },
      "start a thread")
      .join();
  EXPECT_TRUE(isCalled);
  EXPECT_FALSE(wasCalledBefore);
}

TEST_F(OsThreadTest, CallsTheFunctionAtTheEndOfAnotherThreadToo) {
  bool isCalled = false;
  std::thread([&] { EXPECT_TRUE(netlite::platform::callAtThreadEnd(set, &isCalled)); }).join();
  EXPECT_TRUE(isCalled);
}

}  // namespace
