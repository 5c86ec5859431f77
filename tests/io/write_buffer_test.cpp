// SPDX-License-Identifier: MIT
//
// WriteBuffer: whole lines, and the text kept after a failure. The tests of the two writers check what users see.
#include "io/write_buffer.hpp"

#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using netlite::OutputStream;
using netlite::SocketException;
using netlite::SocketTimeoutException;
using netlite::WriteBuffer;
using netlite::test::codeOf;
using netlite::test::RecordingOutputStream;

using Writes = std::vector<std::string>;

WriteBuffer bufferOn(const RecordingOutputStream& stream, std::size_t size) {
  return WriteBuffer(std::make_unique<RecordingOutputStream>(stream), size);
}

TEST(WriteBufferTest, RefusesANullStreamAndASizeOfZero) {
  EXPECT_THROW(WriteBuffer(nullptr, 8), std::invalid_argument);
  EXPECT_THROW(bufferOn(RecordingOutputStream(), 0), std::invalid_argument);
}

TEST(WriteBufferTest, IsEmptyOnlyWithoutText) {
  WriteBuffer buffer = bufferOn(RecordingOutputStream(), 8);
  EXPECT_TRUE(buffer.isEmpty());
  buffer.append("a");
  EXPECT_FALSE(buffer.isEmpty());
  buffer.flush();
  EXPECT_TRUE(buffer.isEmpty());
}

TEST(WriteBufferTest, ALineWithACustomSeparatorIsWhole) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.appendLine("one", ";");
  buffer.append("two");
  buffer.append("three");
  EXPECT_EQ(sent.writes(), Writes{"one;"});
}

class PartialLineTest : public testing::TestWithParam<std::size_t> {};

TEST_P(PartialLineTest, StaysWhenTheWholeLinesAreSent) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 1000);
  const std::string whole = std::string(1000, 'a') + "\n";
  const std::string started(GetParam(), 'b');
  buffer.append(whole + started);
  EXPECT_EQ(sent.writes(), Writes{whole});
  buffer.flush();
  EXPECT_EQ(sent.writes(), (Writes{whole, started}));
}

INSTANTIATE_TEST_SUITE_P(Bytes, PartialLineTest, testing::Values(1, 255, 256, 257, 511, 512, 513, 999, 1000),
                         testing::PrintToStringParamName());

TEST(WriteBufferTest, APartialLineThatExceedsTheBufferIsSentWithTheWholeLines) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 1000);
  const std::string text = "whole\n" + std::string(1001, 'a');
  buffer.append(text);
  EXPECT_EQ(sent.writes(), Writes{text});
}

TEST(WriteBufferTest, HoldsMoreThanItsSizeWhileMoreIsExpected) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.expect(12);
  for (const char* text : {"one\n", "two\n", "six\n"}) buffer.append(text);
  EXPECT_EQ(sent.writes(), Writes{});
  buffer.append("ten\n");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo\nsix\n"});
}

TEST(WriteBufferTest, ReturnsToItsSizeWhenLessIsExpected) {
  RecordingOutputStream sent;
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.expect(100);
  buffer.append("one\ntwo\n");
  buffer.append("six\n");
  buffer.flush();
  buffer.expect(3);
  buffer.append("one\ntwo\n");
  buffer.append("ten\n");
  EXPECT_EQ(sent.writes(), (Writes{"one\ntwo\nsix\n", "one\ntwo\n"}));
}

TEST(WriteBufferTest, ALineAfterAPartlySentOneIsSentWhole) {
  RecordingOutputStream sent;
  sent.timesOutAfter(3);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.append("abcdef\n");
  EXPECT_THROW(buffer.flush(), SocketTimeoutException);
  buffer.append("gh");
  buffer.append("ijk");
  EXPECT_EQ(sent.writes(), (Writes{"abc", "def\n"}));
  buffer.append("\n");
  buffer.flush();
  EXPECT_EQ(sent.writes(), (Writes{"abc", "def\n", "ghijk\n"}));
}

TEST(WriteBufferTest, AcceptsTheMaximumSize) {
  RecordingOutputStream sent;
  sent.timesOutAfter(1);
  WriteBuffer buffer = bufferOn(sent, std::numeric_limits<std::size_t>::max());
  buffer.append("abc");
  EXPECT_THROW(buffer.flush(), SocketTimeoutException);
  EXPECT_TRUE(buffer.addLine("d", "\n"));
  for (int i = 1; i < 100; ++i) {
    if (!buffer.addLine("d", "\n")) buffer.appendLine("d", "\n");
  }
  buffer.flush();
  EXPECT_EQ(sent.bytes().size(), 203U);
}

// ---- cost: if each partial send moved the remaining text, these tests would take minutes

/// Accepts a few bytes of each write and then times out.
class DrippingStream : public OutputStream {
 public:
  explicit DrippingStream(std::size_t drip) : drip_(drip) {}
  void write(const void*, std::size_t size) override {
    if (size > drip_) throw SocketTimeoutException(codeOf(std::errc::timed_out), "write", drip_);
  }

 private:
  std::size_t drip_;
};

constexpr std::size_t kDrips = 100000;
constexpr std::size_t kDrip = 512;
constexpr std::size_t kBacklog = kDrips * kDrip;  // 51 MB

void expectTimeout(WriteBuffer& buffer) {
  try {
    buffer.flush();
    ADD_FAILURE() << "flush() sent everything";
  } catch (const SocketTimeoutException&) {
  }
}

TEST(WriteBufferTest, PartialSendsDoNotMoveTheRest) {
  WriteBuffer buffer(std::make_unique<DrippingStream>(kDrip), 2 * kBacklog);
  buffer.append(std::string(kBacklog, 'x'));
  for (std::size_t i = 1; i < kDrips; ++i) expectTimeout(buffer);
  buffer.flush();
  EXPECT_TRUE(buffer.isEmpty());
}

TEST(WriteBufferTest, AppendingAfterPartialSendsDoesNotAlwaysMoveTheRest) {
  WriteBuffer buffer(std::make_unique<DrippingStream>(kDrip), kBacklog);
  buffer.append(std::string(kBacklog - kDrip, 'x'));
  const std::string more(kDrip, 'y');
  for (std::size_t i = 0; i < kDrips; ++i) {
    expectTimeout(buffer);
    buffer.append(more);
  }
  EXPECT_FALSE(buffer.isEmpty());
}

TEST(WriteBufferTest, SentTextIsForgottenWithItsLineSeparators) {
  RecordingOutputStream sent;
  sent.timesOutAfter(2);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.appendLine("one", ";");
  EXPECT_THROW(buffer.flush(), SocketTimeoutException);
  buffer.append("two");
  buffer.append("three");
  EXPECT_EQ(sent.writes(), (Writes{"on", "e;"}));
}

TEST(WriteBufferTest, AppendKeepsTheTextEvenIfSendingFails) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  WriteBuffer buffer = bufferOn(sent, 4);
  EXPECT_THROW(buffer.append("longer"), SocketException);
  buffer.flush();
  EXPECT_EQ(sent.bytes(), "longer");
}

TEST(WriteBufferTest, AStreamThatReportsMoreBytesThanItWasGivenIsHarmless) {
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

TEST(WriteBufferTest, IsEmptyAfterAFailedClose) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  WriteBuffer buffer = bufferOn(sent, 8);
  buffer.append("abc");
  EXPECT_THROW(buffer.close(), SocketException);
  EXPECT_TRUE(buffer.isEmpty());
  EXPECT_EQ(sent.closeCount(), 1);
}

}  // namespace
