// SPDX-License-Identifier: MIT
//
// LineBuffer: finding the end of the first line, and growing and shrinking its memory.
#include "io/line_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace {

using netlite::LineBuffer;

constexpr std::size_t kMaxLine = 1000000;

// Adds as many bytes as fit after one call of makeRoom(), and returns the rest.
std::string_view put(LineBuffer& buffer, std::string_view bytes, std::size_t maxLine = kMaxLine) {
  buffer.makeRoom(maxLine);
  const std::size_t count = bytes.copy(buffer.room(), buffer.roomSize());
  buffer.added(count);
  return bytes.substr(count);
}

void putAll(LineBuffer& buffer, std::string_view bytes) {
  while (!bytes.empty()) bytes = put(buffer, bytes);
}

std::string textOf(const LineBuffer& buffer) { return std::string(buffer.data(), buffer.size()); }

TEST(LineBufferTest, AnEmptyBufferHasNoLineAndNoMemory) {
  LineBuffer buffer(100);
  EXPECT_TRUE(buffer.isEmpty());
  EXPECT_EQ(buffer.lineLength(), LineBuffer::kNoEnd);
  EXPECT_EQ(buffer.roomSize(), 0U);
  EXPECT_FALSE(buffer.isWorthReleasing());
}

TEST(LineBufferTest, LineLengthFindsTheFirstLineEnd) {
  LineBuffer buffer(100);
  putAll(buffer, "ab\ncde\rf\n\n");
  EXPECT_EQ(buffer.lineLength(), 2U);
  buffer.consume(3);
  EXPECT_EQ(buffer.lineLength(), 3U);
  EXPECT_EQ(buffer.lineLength(), 3U);
  buffer.consume(4);
  EXPECT_EQ(buffer.lineLength(), 1U);
  buffer.consume(2);
  EXPECT_EQ(buffer.lineLength(), 0U);
  buffer.consume(1);
  EXPECT_EQ(buffer.lineLength(), LineBuffer::kNoEnd);
}

TEST(LineBufferTest, QuickLineLengthFindsLinesOnlyWithoutCarriageReturns) {
  LineBuffer buffer(100);
  EXPECT_EQ(buffer.quickLineLength(), LineBuffer::kNoEnd);
  putAll(buffer, "ab\ncd");
  EXPECT_EQ(buffer.quickLineLength(), 2U);
  putAll(buffer, "e\r\n");
  EXPECT_EQ(buffer.quickLineLength(), LineBuffer::kNoEnd);
  EXPECT_EQ(buffer.lineLength(), 2U);
}

TEST(LineBufferTest, ConsumeLineConsumesTheLineEnd) {
  LineBuffer buffer(100);
  putAll(buffer, "ab\n\ncde");
  buffer.consumeLine(buffer.quickLineLength());
  EXPECT_EQ(buffer.quickLineLength(), 0U);
  buffer.consumeLine(0);
  EXPECT_EQ(buffer.quickLineLength(), LineBuffer::kNoEnd);
  EXPECT_EQ(textOf(buffer), "cde");
}

TEST(LineBufferTest, ALineMayArriveInPieces) {
  LineBuffer buffer(4);
  putAll(buffer, "abc");
  EXPECT_EQ(buffer.lineLength(), LineBuffer::kNoEnd);
  putAll(buffer, "def");
  EXPECT_EQ(buffer.lineLength(), LineBuffer::kNoEnd);
  putAll(buffer, "g\rh\n");
  EXPECT_EQ(buffer.lineLength(), 7U);
  buffer.consume(8);
  EXPECT_EQ(buffer.lineLength(), 1U);
  EXPECT_EQ(textOf(buffer), "h\n");
}

TEST(LineBufferTest, APartOfALineCanBeConsumed) {
  LineBuffer buffer(100);
  putAll(buffer, "abc\rdef");
  EXPECT_EQ(buffer.lineLength(), 3U);
  buffer.consume(2);
  EXPECT_EQ(buffer.lineLength(), 1U);
  buffer.consume(3);
  EXPECT_EQ(textOf(buffer), "ef");
  EXPECT_EQ(buffer.lineLength(), LineBuffer::kNoEnd);
}

TEST(LineBufferTest, DoesNotGrowIfLargeReadsAreNotPreferred) {
  LineBuffer buffer(1000, false);
  for (int i = 0; i < 10; ++i) {
    buffer.makeRoom(kMaxLine);
    EXPECT_LE(buffer.roomSize(), 1000U);
    put(buffer, std::string(buffer.roomSize(), 'x'));
    buffer.clear();
  }
}

TEST(LineBufferTest, MemoryStartsWithAtMost128Bytes) {
  LineBuffer large(8192);
  large.makeRoom(kMaxLine);
  EXPECT_EQ(large.roomSize(), 128U);
  LineBuffer small(100);
  small.makeRoom(kMaxLine);
  EXPECT_EQ(small.roomSize(), 100U);
}

TEST(LineBufferTest, MemoryGrowsOnlyWhileReadsFillIt) {
  LineBuffer buffer(8192);
  put(buffer, std::string(127, 'x'));
  buffer.clear();
  buffer.makeRoom(kMaxLine);
  EXPECT_EQ(buffer.roomSize(), 128U);
  put(buffer, std::string(128, 'x'));
  buffer.clear();
  buffer.makeRoom(kMaxLine);
  EXPECT_EQ(buffer.roomSize(), 512U);
}

TEST(LineBufferTest, MemoryGrowsToEightTimesTheSize) {
  LineBuffer buffer(1000);
  for (int i = 0; i < 10; ++i) {
    put(buffer, std::string(100000, '\n'));
    buffer.clear();
  }
  buffer.makeRoom(kMaxLine);
  EXPECT_EQ(buffer.roomSize(), 8000U);
}

TEST(LineBufferTest, MemoryForALongLineIsBounded) {
  LineBuffer buffer(10);
  std::string line(1000, 'x');
  std::size_t maxBytes = 0;
  for (std::string_view rest = line; !rest.empty();) {
    rest = put(buffer, rest, line.size());
    maxBytes = std::max(maxBytes, buffer.size() + buffer.roomSize());
  }
  EXPECT_EQ(textOf(buffer), line);
  EXPECT_LE(maxBytes, line.size() + 80);
}

TEST(LineBufferTest, BoundsDoNotOverflow) {
  constexpr std::size_t kMaxSize = std::numeric_limits<std::size_t>::max();
  LineBuffer buffer(kMaxSize);
  const std::string bytes(100000, 'x');
  for (std::string_view rest = bytes; !rest.empty();) rest = put(buffer, rest, kMaxSize);
  EXPECT_EQ(textOf(buffer), bytes);
}

TEST(LineBufferTest, ALongLinesMemoryIsReleasedOnceItIsConsumed) {
  LineBuffer buffer(10);
  putAll(buffer, std::string(1000, 'x'));
  buffer.releaseLongLine();
  EXPECT_EQ(buffer.size(), 1000U);
  buffer.consume(1000);
  buffer.releaseLongLine();
  EXPECT_EQ(buffer.roomSize(), 0U);
}

TEST(LineBufferTest, ALongLinesMemoryIsReleasedEvenIfAnotherLineHasBegun) {
  LineBuffer buffer(10);
  putAll(buffer, std::string(1000, 'x') + "\nnext");
  buffer.consume(1001);
  buffer.makeRoom(kMaxLine);
  EXPECT_EQ(textOf(buffer), "next");
  EXPECT_LE(buffer.size() + buffer.roomSize(), 80U);
}

TEST(LineBufferTest, OnlyALargeEmptyBufferIsWorthReleasing) {
  LineBuffer buffer(8192);
  putAll(buffer, std::string(5000, 'x'));
  EXPECT_FALSE(buffer.isWorthReleasing());
  buffer.consume(5000);
  EXPECT_TRUE(buffer.isWorthReleasing());
  buffer.release();
  EXPECT_FALSE(buffer.isWorthReleasing());
  buffer.makeRoom(kMaxLine);
  EXPECT_EQ(buffer.roomSize(), 128U);
}

TEST(LineBufferTest, ABufferThatWasJustFilledIsNotWorthReleasing) {
  LineBuffer buffer(8192);
  putAll(buffer, std::string(128 + 384 + 1536 + 6144, 'x'));
  buffer.clear();
  EXPECT_FALSE(buffer.isWorthReleasing());
}

}  // namespace
