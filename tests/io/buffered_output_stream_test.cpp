// SPDX-License-Identifier: MIT
//
// BufferedOutputStream: which writes reach the stream below, the state after timeouts and errors, closing and threads.
#include <netlite/buffered_output_stream.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using netlite::test::RecordingOutputStream;
using netlite::test::ScriptedInputStream;
using netlite::test::thrownBy;
using namespace std::string_literals;

using Writes = std::vector<std::string>;

// Repeats the call until it does not time out.
template <typename Call>
void patiently(Call call) {
  for (;;) {
    try {
      return call();
    } catch (const SocketTimeoutException&) {
    }
  }
}

// ---- when bytes are sent

TEST(BufferedOutputStreamTest, NothingIsSentBeforeFlush) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent);
  out.write("a\0\nb"s);
  out.write(0x163);  // the low eight bits are c
  out.write("de", 1);
  EXPECT_TRUE(sent.writes().empty());
  out.flush();
  EXPECT_EQ(sent.writes(), Writes{"a\0\nbcd"s});
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(BufferedOutputStreamTest, AFullBufferIsNotSentYet) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent, 8);
  out.write("1234");
  out.write("5678");
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedOutputStreamTest, TheBufferIsSentWhenBytesDoNotFit) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent, 8);
  out.write("one\ntwo");
  out.write("thr");
  EXPECT_EQ(sent.writes(), Writes{"one\ntwo"});
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"one\ntwo", "thr"}));
}

TEST(BufferedOutputStreamTest, AWriteOfTheBuffersSizeIsSentDirectly) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent, 8);
  out.write("12345678");
  EXPECT_EQ(sent.writes(), Writes{"12345678"});
  out.write("ab");
  out.write("a write longer than the buffer");
  EXPECT_EQ(sent.writes(), (Writes{"12345678", "ab", "a write longer than the buffer"}));
}

TEST(BufferedOutputStreamTest, AFlushOfAnEmptyBufferFlushesTheStreamBelow) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent);
  out.flush();
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(BufferedOutputStreamTest, AWriteOfNothingSendsNothing) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent);
  out.write(nullptr, 0);
  out.flush();
  EXPECT_TRUE(sent.writes().empty());
}

// ---- timeouts and errors

TEST(BufferedOutputStreamTest, AfterATimeoutTheNextFlushResumes) {
  RecordingOutputStream sent;
  sent.timesOutAfter(3).timesOutAfter(0);
  BufferedOutputStream out(sent);
  out.write("abcdef");
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.flush(); }).bytesTransferred(), 3U);
  EXPECT_THROW(out.flush(), SocketTimeoutException);
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"abc", "def"}));
}

TEST(BufferedOutputStreamTest, AWriteThatTimesOutHasTakenItsBytes) {
  RecordingOutputStream sent;
  sent.timesOutAfter(2);
  BufferedOutputStream out(sent, 8);
  out.write("one two");
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.write("three"); }).bytesTransferred(), 5U);
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"on", "e twothree"}));
}

TEST(BufferedOutputStreamTest, ADirectWriteThatTimesOutHasTakenItsBytes) {
  RecordingOutputStream sent;
  sent.succeeds().timesOutAfter(4);
  BufferedOutputStream out(sent, 8);
  out.write("one");
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.write("a longer one"); }).bytesTransferred(), 12U);
  out.flush();
  EXPECT_EQ(sent.writes(), (Writes{"one", "a lo", "nger one"}));
}

TEST(BufferedOutputStreamTest, BytesBeforeADirectWriteMayTimeOut) {
  RecordingOutputStream sent;
  sent.timesOutAfter(1);
  BufferedOutputStream out(sent, 8);
  out.write("one");
  EXPECT_THROW(out.write("a longer one"), SocketTimeoutException);
  out.write("z");
  out.flush();
  EXPECT_EQ(sent.bytes(), "onea longer onez");
}

TEST(BufferedOutputStreamTest, TimeoutsAtAnyPositionLoseNoBytes) {
  const std::string bytes = "bytes\nin pieces of any size\0\xFF, some longer than the buffer"s;
  for (std::size_t taken = 0; taken < 12; ++taken) {
    for (std::size_t piece = 1; piece < 20; ++piece) {
      RecordingOutputStream sent;
      sent.succeeds().timesOutAfter(taken).timesOutAfter(0).succeeds().timesOutAfter(taken);
      BufferedOutputStream out(sent, 10);
      for (std::size_t i = 0; i < bytes.size(); i += piece) {
        try {
          out.write(bytes.substr(i, piece));
        } catch (const SocketTimeoutException&) {
        }
      }
      patiently([&] { out.flush(); });
      ASSERT_EQ(sent.bytes(), bytes) << taken << ' ' << piece;
    }
  }
}

TEST(BufferedOutputStreamTest, ATransferThatTimesOutRepeatsNothing) {
  ScriptedInputStream in;
  in.gives("abcd").gives("efgh").gives("ij");
  RecordingOutputStream sent;
  sent.timesOutAfter(1);
  BufferedOutputStream out(sent, 6);
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { in.transferTo(out); }).bytesTransferred(), 8U);
  in.transferTo(out);
  out.flush();
  EXPECT_EQ(sent.bytes(), "abcdefghij");
}

TEST(BufferedOutputStreamTest, AnErrorKeepsTheBytesAndIsReportedAgain) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset).fails(std::errc::broken_pipe).fails(std::errc::broken_pipe);
  BufferedOutputStream out(sent, 4);
  EXPECT_EQ(thrownBy<SocketException>([&] { out.write("abcd"); }).code(), std::errc::connection_reset);
  EXPECT_EQ(thrownBy<SocketException>([&] { out.write("e"); }).code(), std::errc::broken_pipe);
  EXPECT_EQ(thrownBy<SocketException>([&] { out.flush(); }).code(), std::errc::broken_pipe);
  out.flush();
  EXPECT_EQ(sent.bytes(), "abcde");
}

TEST(BufferedOutputStreamTest, AnErrorOfTheStreamsFlushIsReported) {
  RecordingOutputStream sent;
  sent.failToFlush();
  BufferedOutputStream out(sent);
  EXPECT_EQ(thrownBy<IOException>([&] { out.flush(); }).code(), std::errc::no_space_on_device);
}

// ---- closing, moving, arguments, threads

TEST(BufferedOutputStreamTest, CloseFlushesAndClosesTheStreamOnce) {
  RecordingOutputStream sent;
  BufferedOutputStream out(sent);
  out.write("abc");
  out.close();
  out.close();
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 1);
}

TEST(BufferedOutputStreamTest, CloseClosesTheStreamEvenIfFlushingFails) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  BufferedOutputStream out(sent);
  out.write("abc");
  EXPECT_EQ(thrownBy<IOException>([&] { out.close(); }).code(), std::errc::connection_reset);
  EXPECT_EQ(sent.closeCount(), 1);
}

TEST(BufferedOutputStreamTest, AClosedStreamThrows) {
  BufferedOutputStream out{ByteArrayOutputStream()};
  out.close();
  EXPECT_EQ(thrownBy<IOException>([&] { out.write("a"); }).code(), std::errc::operation_canceled);
  EXPECT_THROW(out.write('a'), IOException);
  EXPECT_THROW(out.flush(), IOException);
}

TEST(BufferedOutputStreamTest, TheDestructorFlushesButDoesNotClose) {
  RecordingOutputStream sent;
  { BufferedOutputStream(sent).write("abc"); }
  EXPECT_EQ(sent.bytes(), "abc");
  EXPECT_EQ(sent.closeCount(), 0);
}

TEST(BufferedOutputStreamTest, TheDestructorSwallowsErrors) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  EXPECT_NO_THROW({ BufferedOutputStream(sent).write("abc"); });
}

TEST(BufferedOutputStreamTest, RefusesNullAndABufferSizeOfZero) {
  EXPECT_THROW(BufferedOutputStream(std::unique_ptr<OutputStream>()), std::invalid_argument);
  EXPECT_THROW(BufferedOutputStream(ByteArrayOutputStream(), 0), std::invalid_argument);
  BufferedOutputStream out{ByteArrayOutputStream()};
  EXPECT_THROW(out.write(nullptr, 1), std::invalid_argument);
}

TEST(BufferedOutputStreamTest, MovesWithItsBytes) {
  RecordingOutputStream first;
  RecordingOutputStream second;
  BufferedOutputStream out(std::make_unique<RecordingOutputStream>(first));
  out.write("a");
  BufferedOutputStream moved(std::move(out));
  moved.write("b");
  BufferedOutputStream other(second);
  other.write("c");
  other = std::move(moved);
  EXPECT_EQ(second.bytes(), "c");
  EXPECT_EQ(first.bytes(), "");
  other.flush();
  EXPECT_EQ(first.bytes(), "ab");
}

TEST(BufferedOutputStreamTest, BytesOfSeveralThreadsDoNotMix) {
  ByteArrayOutputStream sent;
  BufferedOutputStream out(sent, 64);
  const auto work = [&out](char letter) {
    for (int i = 0; i < 500; ++i) out.write(std::string(20, letter));
  };
  std::thread other(work, 'b');
  work('a');
  other.join();
  out.flush();
  const std::string bytes = sent.toString();
  ASSERT_EQ(bytes.size(), 20000U);
  for (std::size_t i = 0; i < bytes.size(); i += 20) ASSERT_EQ(bytes.substr(i, 20), std::string(20, bytes[i]));
}

}  // namespace
