// SPDX-License-Identifier: MIT
//
// gdb shows where a parked flow is, given its stack pointer.
#include "support/posix/gdb.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using netlite::test::gdb;
using netlite::test::hasGdb;

class ParkedContextTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!hasGdb()) GTEST_SKIP() << "gdb is missing or fails";
  }
};

TEST_F(ParkedContextTest, GdbShowsTheStackOfAParkedFlowFromItsStartOn) {
  const std::string text =
      gdb("--ex 'break examineParkedFlow' --ex run"
          " --ex 'set $parked = *(unsigned long*)&parked_stack_pointer'"
          " --ex 'set $pc = (unsigned long)&netlite_parked_context' --ex 'set $sp = $parked'"
          " --ex 'echo parked:\\n' --ex backtrace " NETLITE_PARKED_CONTEXT_PROBE);
  const std::string stack = text.substr(text.find("parked:"));
  const auto parkHere = stack.find("parkHere");
  const auto start = stack.find(" netlite_start_context ");
  ASSERT_NE(parkHere, std::string::npos) << text;
  ASSERT_NE(start, std::string::npos) << text;
  EXPECT_LT(parkHere, start);
  EXPECT_EQ(stack.find('\n', start), stack.size() - 1) << text;  // the last frame, and no complaint
}

}  // namespace
