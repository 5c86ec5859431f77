// SPDX-License-Identifier: MIT
//
// tools/gdb_virtual_threads.py lists virtual threads and shows their stacks, in a running program and in a core file.
#include "support/posix/gdb.hpp"
#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using netlite::test::gdb;
using netlite::test::hasGdb;
using netlite::test::ScratchFolder;

const std::string kSource = "--ex 'source " NETLITE_GDB_SCRIPT "' ";
const std::string kCommands = " --ex 'info virtual-threads' --ex virtual-backtrace ";

class GdbScriptTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!hasGdb()) GTEST_SKIP() << "gdb is missing or fails";
    if (gdb("--ex 'python print(6 * 7)'") != "42\n") GTEST_SKIP() << "gdb has no Python";
  }

  static void expectAll(const std::string& text) {
    EXPECT_NE(text.find("waiter: parked\n"), std::string::npos) << text;
    EXPECT_NE(text.find("sleeper: parked\n"), std::string::npos) << text;
    EXPECT_NE(text.find("examiner: running\n"), std::string::npos) << text;
    expectStack(text, "waiter", "waitForPermit");
    expectStack(text, "sleeper", "sleepForLong");
  }

 private:
  // The stack of the thread leads from the function to the start, and the other one's function is not in it.
  static void expectStack(const std::string& text, const std::string& thread, const std::string& function) {
    const auto begin = text.find(", " + thread + ": parked\n#0");
    ASSERT_NE(begin, std::string::npos) << text;
    const std::string stack = text.substr(begin, text.find("\nVirtual thread", begin) - begin);
    const auto start = stack.find("netlite_start_context");
    EXPECT_NE(start, std::string::npos) << text;
    EXPECT_LT(stack.find(function), start) << text;
    EXPECT_EQ(stack.find(function == "waitForPermit" ? "sleepForLong" : "waitForPermit"), std::string::npos) << text;
  }
};

TEST_F(GdbScriptTest, ShowsTheVirtualThreadsOfARunningProgram) {
  expectAll(gdb(kSource + "--ex 'break examineVirtualThreads' --ex run" + kCommands + NETLITE_GDB_SCRIPT_PROBE));
}

TEST_F(GdbScriptTest, LeavesTheProgramAsItWas) {
  const std::string text = gdb(kSource + "--ex 'break examineVirtualThreads' --ex run" + kCommands +
                               "--ex 'echo now:\\n' --ex backtrace --ex continue " NETLITE_GDB_SCRIPT_PROBE);
  const std::string afterwards = text.substr(text.find("now:"));
  EXPECT_NE(afterwards.find("#0  examineVirtualThreads"), std::string::npos) << text;
  EXPECT_NE(afterwards.find("exited normally"), std::string::npos) << text;
}

TEST_F(GdbScriptTest, ShowsTheVirtualThreadsOfACoreFile) {
  // A core file that gdb makes lacks the stacks: gdb stops reading memory at a guard.
  const ScratchFolder folder;
  const std::string run = "ulimit -c unlimited; cd " + folder.path() + " && " NETLITE_GDB_SCRIPT_PROBE " abort";
  static_cast<void>(std::system(run.c_str()));
  if (!std::ifstream(folder / "core")) GTEST_SKIP() << "the system writes no core file here";
  expectAll(gdb(kSource + kCommands + NETLITE_GDB_SCRIPT_PROBE " " + folder.path() + "/core"));
}

TEST_F(GdbScriptTest, ShowsOnlyTheStacksThatAreAskedFor) {
  const std::string text = gdb(kSource + "--ex 'break examineVirtualThreads' --ex run --ex 'virtual-backtrace 1' " +
                               NETLITE_GDB_SCRIPT_PROBE);
  EXPECT_NE(text.find("\nVirtual thread 1, "), std::string::npos) << text;
  EXPECT_EQ(text.find("\nVirtual thread 2, "), std::string::npos) << text;
}

}  // namespace
