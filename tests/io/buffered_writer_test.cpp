// SPDX-License-Identifier: MIT
//
// BufferedWriter: when text is sent, the state after timeouts and errors, closing and threads.
#include <netlite/buffered_writer.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using netlite::test::RecordingOutputStream;
using netlite::test::thrownBy;
using namespace std::string_literals;

using Writes = std::vector<std::string>;

TEST(BufferedWriterTest, NothingIsSentBeforeFlush) {
  RecordingOutputStream sent;
  BufferedWriter out(sent);
  out.write("a\0b"s);
  out.write('c');
  out.write("d");
  out.newLine();
  EXPECT_TRUE(sent.writes().empty());
  out.flush();
  EXPECT_EQ(sent.writes(), Writes{"a\0bcd\n"s});
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(BufferedWriterTest, FlushingAnEmptyBufferFlushesTheStream) {
  RecordingOutputStream sent;
  BufferedWriter out(sent);
  out.flush();
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(BufferedWriterTest, AFullBufferIsNotSentYet) {
  RecordingOutputStream sent;
  BufferedWriter out(sent, 8);
  out.write("1234567\n");
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedWriterTest, WholeLinesAreSentAndAPartialLineStays) {
  RecordingOutputStream sent;
  BufferedWriter out(sent, 8);
  out.write("one\ntw");
  out.write("o\nthree");
  EXPECT_EQ(sent.writes(), (Writes{"one\n", "two\n"}));
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"one\n", "two\n", "three"}));
}

TEST(BufferedWriterTest, TextLongerThanTheBufferIsSentInOneWrite) {
  RecordingOutputStream sent;
  BufferedWriter out(sent, 8);
  out.write("ab");
  out.write("cdefghijkl");
  EXPECT_EQ(sent.writes(), Writes{"abcdefghijkl"});
}

TEST(BufferedWriterTest, AfterATimeoutTheNextFlushResumes) {
  RecordingOutputStream sent;
  sent.timesOutAfter(3).timesOutAfter(0);
  BufferedWriter out(sent);
  out.write("abcdef\n");
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.flush(); }).bytesTransferred(), 3U);
  EXPECT_THROW(out.flush(), SocketTimeoutException);
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"abc", "def\n"}));
}

TEST(BufferedWriterTest, AWriteThatTimesOutKeepsItsText) {
  RecordingOutputStream sent;
  sent.timesOutAfter(2);
  BufferedWriter out(sent, 8);
  out.write("one\ntwo\n");
  EXPECT_THROW(out.write("three\n"), SocketTimeoutException);
  out.write("four\n");
  out.flush();
  EXPECT_EQ(sent.bytes(), "one\ntwo\nthree\nfour\n");
}

TEST(BufferedWriterTest, TimeoutsAtAnyPositionLoseNoBytes) {
  const std::string text = "a line\nanother\nand a much longer one than the buffer\n\nend";
  for (std::size_t taken = 0; taken < 12; ++taken) {
    for (std::size_t piece = 1; piece < 20; ++piece) {
      RecordingOutputStream sent;
      sent.succeeds().timesOutAfter(taken).timesOutAfter(0).succeeds().timesOutAfter(taken);
      BufferedWriter out(sent, 10);
      for (std::size_t i = 0; i < text.size(); i += piece) {
        try {
          out.write(text.substr(i, piece));
        } catch (const SocketTimeoutException&) {
        }
      }
      while (sent.bytes() != text) {
        try {
          out.flush();
          break;
        } catch (const SocketTimeoutException&) {
        }
      }
      ASSERT_EQ(sent.bytes(), text) << taken << ' ' << piece;
    }
  }
}

TEST(BufferedWriterTest, AnErrorKeepsTheTextAndIsReportedAgain) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset).fails(std::errc::broken_pipe);
  BufferedWriter out(sent);
  out.write("abc");
  EXPECT_EQ(thrownBy<SocketException>([&] { out.flush(); }).code(), std::errc::connection_reset);
  EXPECT_EQ(thrownBy<SocketException>([&] { out.flush(); }).code(), std::errc::broken_pipe);
  out.flush();
  EXPECT_EQ(sent.bytes(), "abc");
}

TEST(BufferedWriterTest, AnErrorOfTheStreamsFlushIsReported) {
  RecordingOutputStream sent;
  sent.failToFlush();
  BufferedWriter out(sent);
  EXPECT_EQ(thrownBy<IOException>([&] { out.flush(); }).code(), std::errc::no_space_on_device);
}

TEST(BufferedWriterTest, CloseFlushesAndClosesTheStreamOnce) {
  RecordingOutputStream sent;
  BufferedWriter out(sent);
  out.write("abc");
  out.close();
  out.close();
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 1);
}

TEST(BufferedWriterTest, CloseClosesTheStreamEvenIfFlushingFails) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  sent.failToClose();
  BufferedWriter out(sent);
  out.write("abc");
  EXPECT_EQ(thrownBy<IOException>([&] { out.close(); }).code(), std::errc::connection_reset);
  EXPECT_EQ(sent.closeCount(), 1);
  EXPECT_NO_THROW(out.close());
}

TEST(BufferedWriterTest, CloseReportsThatClosingTheStreamFailed) {
  RecordingOutputStream sent;
  sent.failToClose();
  BufferedWriter out(sent);
  EXPECT_EQ(thrownBy<IOException>([&] { out.close(); }).code(), std::errc::io_error);
}

TEST(BufferedWriterTest, AClosedWriterThrows) {
  BufferedWriter out{ByteArrayOutputStream()};
  out.close();
  EXPECT_EQ(thrownBy<IOException>([&] { out.write("a"); }).code(), std::errc::operation_canceled);
  EXPECT_THROW(out.write('a'), IOException);
  EXPECT_THROW(out.newLine(), IOException);
  EXPECT_THROW(out.flush(), IOException);
}

TEST(BufferedWriterTest, TheDestructorFlushesButDoesNotClose) {
  RecordingOutputStream sent;
  { BufferedWriter(sent).write("abc"); }
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 0);
}

TEST(BufferedWriterTest, TheDestructorSwallowsErrors) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  EXPECT_NO_THROW({ BufferedWriter(sent).write("abc"); });
}

TEST(BufferedWriterTest, RefusesNullAndABufferSizeOfZero) {
  EXPECT_THROW(BufferedWriter(std::unique_ptr<OutputStream>()), std::invalid_argument);
  EXPECT_THROW(BufferedWriter(ByteArrayOutputStream(), 0), std::invalid_argument);
  BufferedWriter out{ByteArrayOutputStream()};
  const char* const null = nullptr;
  EXPECT_THROW(out.write(null), std::invalid_argument);
}

TEST(BufferedWriterTest, MovesWithItsText) {
  RecordingOutputStream first;
  RecordingOutputStream second;
  BufferedWriter out(std::make_unique<RecordingOutputStream>(first));
  out.write("a");
  BufferedWriter moved(std::move(out));
  moved.write("b");
  BufferedWriter other(second);
  other.write("c");
  other = std::move(moved);
  EXPECT_EQ(second.bytes(), "c");
  EXPECT_EQ(first.bytes(), "");
  other.flush();
  EXPECT_EQ(first.bytes(), "ab");
}

TEST(BufferedWriterTest, TextsOfSeveralThreadsDoNotMix) {
  ByteArrayOutputStream sent;
  BufferedWriter out(sent, 64);
  const auto work = [&out](char letter) {
    for (int i = 0; i < 500; ++i) out.write(std::string(20, letter) + '\n');
  };
  std::thread other(work, 'b');
  work('a');
  other.join();
  out.flush();
  const std::string bytes = sent.toString();
  ASSERT_EQ(bytes.size(), 21000U);
  for (std::size_t i = 0; i < bytes.size(); i += 21) ASSERT_EQ(bytes.substr(i, 21), std::string(20, bytes[i]) + '\n');
}

}  // namespace
