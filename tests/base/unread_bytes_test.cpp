// SPDX-License-Identifier: MIT
//
// UnreadBytes: which bytes are returned, in which order, and that no call moves the others.
#include "base/unread_bytes.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace {

using netlite::UnreadBytes;

constexpr std::size_t kMany = std::size_t{64} * 1024 * 1024;

std::string take(UnreadBytes& unread, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(unread.take(&bytes[0], size));
  return bytes;
}

TEST(UnreadBytesTest, IsEmptyAtFirst) {
  UnreadBytes unread;
  EXPECT_TRUE(unread.isEmpty());
  EXPECT_EQ(unread.size(), 0U);
  EXPECT_EQ(take(unread, 1), "");
}

TEST(UnreadBytesTest, TakeReturnsAtMostTheBytesLeft) {
  UnreadBytes unread;
  unread.putBack("abc");
  EXPECT_EQ(unread.size(), 3U);
  EXPECT_EQ(take(unread, 2), "ab");
  EXPECT_EQ(unread.size(), 1U);
  EXPECT_FALSE(unread.isEmpty());
  EXPECT_EQ(take(unread, 2), "c");
  EXPECT_TRUE(unread.isEmpty());
}

TEST(UnreadBytesTest, PuttingBackNothingLeavesItEmpty) {
  UnreadBytes unread;
  unread.putBack("");
  EXPECT_TRUE(unread.isEmpty());
}

TEST(UnreadBytesTest, BytesPutBackComeBeforeTheRest) {
  for (std::size_t taken = 0; taken <= 4; ++taken) {
    for (const std::string back : {"", "x", "xyz", "longer than what was taken"}) {
      UnreadBytes unread;
      unread.putBack("abcd");
      take(unread, taken);
      unread.putBack(back);
      EXPECT_EQ(take(unread, 100), back + std::string("abcd").substr(taken)) << taken;
      EXPECT_TRUE(unread.isEmpty());
    }
  }
}

// If each call moved the bytes that follow, each of these tests would take minutes.

TEST(UnreadBytesTest, TakingMovesNoOtherBytes) {
  UnreadBytes unread;
  unread.putBack(std::string(kMany, 'a'));
  for (int i = 0; i < 100000; ++i) ASSERT_EQ(take(unread, 1), "a");
  EXPECT_EQ(unread.size(), kMany - 100000);
}

TEST(UnreadBytesTest, PuttingBackPartOfWhatWasTakenMovesNoOtherBytes) {
  UnreadBytes unread;
  unread.putBack(std::string(kMany, 'a'));
  for (int i = 0; i < 100000; ++i) {
    take(unread, 16);
    unread.putBack("shorter");
  }
  EXPECT_EQ(unread.size(), kMany - 100000 * (16 - 7));
}

TEST(UnreadBytesTest, PuttingBackPieceByPieceMovesTheBytesFewTimes) {
  UnreadBytes unread;
  unread.putBack(std::string(kMany, 'a'));
  for (int i = 0; i < 100000; ++i) unread.putBack("b");
  EXPECT_EQ(unread.size(), kMany + 100000);
  EXPECT_EQ(take(unread, 3), "bbb");
}

}  // namespace
