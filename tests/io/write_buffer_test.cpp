// SPDX-License-Identifier: MIT
//
// WriteBuffer: whole lines, and what stays after a failure. What users see of it is in the tests of the two writers.
#include "io/write_buffer.hpp"

#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using netlite::SocketException;
using netlite::SocketTimeoutException;
using netlite::WriteBuffer;
using netlite::test::RecordingOutputStream;

using Writes = std::vector<std::string>;

WriteBuffer bufferOn(const RecordingOutputStream& stream, std::size_t size) {
  return WriteBuffer(std::make_unique<RecordingOutputStream>(stream), size);
}

TEST(WriteBufferTest, RefusesNoStreamAndNoSize) {
  EXPECT_THROW(WriteBuffer(nullptr, 8), std::invalid_argument);
  EXPECT_THROW(bufferOn(RecordingOutputStream(), 0), std::invalid_argument);
}

TEST(WriteBufferTest, IsEmptyUntilThereIsText) {
  WriteBuffer buffer = bufferOn(RecordingOutputStream(), 8);
  EXPECT_TRUE(buffer.isEmpty());
  buffer.append("a");
  EXPECT_FALSE(buffer.isEmpty());
  buffer.flush();
  EXPECT_TRUE(buffer.isEmpty());
}

TEST(WriteBufferTest, ALineThatEndsOtherwiseIsWholeToo) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.appendLine("one", ";");
  buffer.append("two");
  buffer.append("three");
  EXPECT_EQ(sent.writes(), Writes{"one;"});
}

class StartedLineTest : public testing::TestWithParam<std::size_t> {};

TEST_P(StartedLineTest, StaysBehindWhenTheWholeLinesLeave) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 1000);
  const std::string whole = std::string(1000, 'a') + "\n";
  const std::string started(GetParam(), 'b');
  buffer.append(whole + started);
  EXPECT_EQ(sent.writes(), Writes{whole});
  buffer.flush();
  EXPECT_EQ(sent.writes(), (Writes{whole, started}));
}

INSTANTIATE_TEST_SUITE_P(Bytes, StartedLineTest, testing::Values(1, 255, 256, 257, 511, 512, 513, 999, 1000),
                         testing::PrintToStringParamName());

TEST(WriteBufferTest, AStartedLineThatIsTooLongToStayLeavesWithTheWholeOnes) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 1000);
  const std::string text = "whole\n" + std::string(1001, 'a');
  buffer.append(text);
  EXPECT_EQ(sent.writes(), Writes{text});
}

TEST(WriteBufferTest, HoldsBackMoreThanItsSizeWhileMoreIsExpected) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.expect(12);
  for (const char* text : {"one\n", "two\n", "six\n"}) buffer.append(text);
  EXPECT_EQ(sent.writes(), Writes{});
  buffer.append("ten\n");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo\nsix\n"});
}

TEST(WriteBufferTest, IsBackToItsSizeWhenLittleIsExpected) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.expect(100);
  buffer.append("one\ntwo\n");
  buffer.expect(3);
  buffer.append("ten\n");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo\n"});
}

TEST(WriteBufferTest, WhatIsSentIsForgottenWithItsLineEnds) {
  RecordingOutputStream sent;
  sent.timesOutAfter(2);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.appendLine("one", ";");
  EXPECT_THROW(buffer.flush(), SocketTimeoutException);
  buffer.append("two");
  buffer.append("three");
  EXPECT_EQ(sent.writes(), (Writes{"on", "e;"}));
}

TEST(WriteBufferTest, ATextIsTakenThoughSendingFails) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  WriteBuffer buffer = bufferOn(sent, 4);
  EXPECT_THROW(buffer.append("longer"), SocketException);
  buffer.flush();
  EXPECT_EQ(sent.bytes(), "longer");
}

TEST(WriteBufferTest, AStreamThatTookMoreThanItWasGivenDoesNoHarm) {
  RecordingOutputStream sent;
  sent.timesOutAfter(100);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.append("abc");
  EXPECT_THROW(buffer.flush(), SocketTimeoutException);
  EXPECT_TRUE(buffer.isEmpty());
}

TEST(WriteBufferTest, DiscardDropsTheText) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.appendLine("a", "\n");
  buffer.discard();
  buffer.append("b");
  buffer.flush();
  EXPECT_EQ(sent.bytes(), "b");
}

TEST(WriteBufferTest, NothingStaysAfterClose) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.append("abc");
  EXPECT_THROW(buffer.close(), SocketException);
  EXPECT_TRUE(buffer.isEmpty());
  EXPECT_EQ(sent.closeCount(), 1);
}

}  // namespace
