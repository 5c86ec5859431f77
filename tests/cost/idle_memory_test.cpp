// SPDX-License-Identifier: MIT
//
// The memory of an idle connection, which idle_memory_probe.cpp prints. On systems with pages of 4 KiB.
#include "support/scratch_file.hpp"

#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

// The thread and the objects of the connection share one page. The line that the handler keeps is on the heap, and what
// carriers know of the descriptor.
TEST(IdleMemoryTest, AConnectionInAVirtualThreadTakesLittleMoreThanAPage) {
  constexpr long kMaxBytes = 4200;
  if (!netlite::Thread::startVirtualThread([] {}).isVirtual()) GTEST_SKIP() << "there are no virtual threads here";
  if (::sysconf(_SC_PAGESIZE) != 4096) GTEST_SKIP() << "pages are larger here";
  const std::string file = netlite::test::scratchFile("idle_memory");
  ASSERT_EQ(std::system((NETLITE_IDLE_MEMORY_PROBE " >" + file).c_str()), 0);
  long bytes = 0;
  std::ifstream(file) >> bytes;
  std::remove(file.c_str());
  if (bytes < 0) GTEST_SKIP() << "ulimit -n does not allow enough descriptors";
  EXPECT_GT(bytes, 0);
  EXPECT_LE(bytes, kMaxBytes);
}

}  // namespace
