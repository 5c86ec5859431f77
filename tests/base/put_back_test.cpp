// SPDX-License-Identifier: MIT
//
// putBack(): returning bytes to the front of a stream's buffer.
#include "base/put_back.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace {

using netlite::putBack;

struct Memory {
  std::string left() const { return bytes.substr(position); }

  std::string bytes;
  std::size_t position;
};

TEST(PutBackTest, BytesArePutBeforeTheRemainingOnes) {
  for (std::size_t position = 0; position <= 4; ++position) {
    for (const std::string back : {"", "x", "xyz", "longer than what was read"}) {
      Memory memory{"abcd", position};
      const std::string left = memory.left();
      putBack(back, memory.bytes, memory.position);
      EXPECT_EQ(memory.left(), back + left) << position;
    }
  }
}

// If each call moved the bytes that follow, each of these tests would take minutes.

TEST(PutBackTest, DoesNotMoveTheRestIfTheConsumedSpaceSuffices) {
  Memory memory{std::string(64 * 1024 * 1024, 'a'), 0};
  for (int i = 0; i < 100000; ++i) {
    memory.position += 16;
    putBack("shorter", memory.bytes, memory.position);
  }
  EXPECT_EQ(memory.position, 9U * 100000);
}

TEST(PutBackTest, RarelyMovesTheRestIfTheConsumedSpaceDoesNotSuffice) {
  Memory memory{std::string(64 * 1024 * 1024, 'a'), 0};
  for (int i = 0; i < 100000; ++i) putBack("b", memory.bytes, memory.position);
  EXPECT_EQ(memory.bytes.size() - memory.position, 64U * 1024 * 1024 + 100000);
  EXPECT_EQ(memory.bytes.substr(memory.position + 99998, 4), "bbaa");
}

}  // namespace
