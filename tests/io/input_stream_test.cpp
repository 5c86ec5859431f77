// SPDX-License-Identifier: MIT
//
// The members that InputStream implements in terms of read().
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/input_stream.hpp>

#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <limits>
#include <string>
#include <system_error>

namespace {

using namespace netlite;
using netlite::test::RecordingOutputStream;
using netlite::test::ScriptedInputStream;
using netlite::test::thrownBy;
using namespace std::string_literals;

// A stream that implements only read().
class EndlessStream : public InputStream {
 public:
  std::size_t read(void* buffer, std::size_t size) override {
    std::string(size, 'e').copy(static_cast<char*>(buffer), size);
    return size;
  }
};

TEST(InputStreamTest, AStreamThatOnlyReadsHasDefaults) {
  EndlessStream stream;
  EXPECT_EQ(stream.available(), 0U);
  EXPECT_TRUE(stream.awaitInput(std::chrono::milliseconds(0)));
  EXPECT_NO_THROW(stream.close());
  EXPECT_EQ(stream.InputStream::read(), 'e');
}

TEST(InputStreamTest, ReadReturnsOneByteAsANumber) {
  ScriptedInputStream stream;
  stream.gives("\x00\xFFz"s);
  EXPECT_EQ(stream.read(), 0);
  EXPECT_EQ(stream.read(), 255);
  EXPECT_EQ(stream.read(), 'z');
  EXPECT_EQ(stream.read(), -1);
}

TEST(InputStreamTest, ReadNBytesCollectsPieces) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c").gives("defg");
  std::array<char, 5> buffer{};
  EXPECT_EQ(stream.readNBytes(buffer.data(), buffer.size()), 5U);
  EXPECT_EQ(std::string(buffer.data(), 5), "abcde");
  EXPECT_EQ(stream.read(), 'f');
}

TEST(InputStreamTest, ReadNBytesStopsAtTheEnd) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c");
  std::array<char, 5> buffer{};
  EXPECT_EQ(stream.readNBytes(buffer.data(), buffer.size()), 3U);
}

TEST(InputStreamTest, ReadNBytesOfSizeZeroDoesNotRead) {
  ScriptedInputStream stream;
  stream.timesOut();
  EXPECT_EQ(stream.readNBytes(nullptr, 0), 0U);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(InputStreamTest, ReadNBytesRefusesNull) {
  ScriptedInputStream stream;
  EXPECT_THROW(stream.readNBytes(nullptr, 1), std::invalid_argument);
  EXPECT_THROW(stream.readFully(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(InputStreamTest, ATimeoutInReadNBytesReportsTheBytesInTheBuffer) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c").timesOut().gives("de");
  std::array<char, 5> buffer{};
  const auto timeout = thrownBy<SocketTimeoutException>([&] { stream.readNBytes(buffer.data(), buffer.size()); });
  EXPECT_EQ(timeout.bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
  EXPECT_EQ(timeout.code(), std::errc::timed_out);
  EXPECT_EQ(stream.readNBytes(buffer.data() + 3, 2), 2U);
  EXPECT_EQ(std::string(buffer.data(), 5), "abcde");
}

TEST(InputStreamTest, ARethrownTimeoutKeepsItsMessage) {
  ScriptedInputStream stream;
  stream.gives("a").timesOut();
  std::array<char, 2> buffer{};
  const auto timeout = thrownBy<SocketTimeoutException>([&] { stream.readFully(buffer.data(), buffer.size()); });
  const SocketTimeoutException original(std::make_error_code(std::errc::timed_out), "read");
  EXPECT_STREQ(timeout.what(), original.what());
}

TEST(InputStreamTest, ReadFullyReportsTheBytesReadBeforeTheEnd) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c");
  std::array<char, 10> buffer{};
  const auto end = thrownBy<EOFException>([&] { stream.readFully(buffer.data(), buffer.size()); });
  EXPECT_EQ(end.bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
  EXPECT_NE(std::string(end.what()).find("read 3 of 10 bytes"), std::string::npos) << end.what();
}

TEST(InputStreamTest, ReadFullyLeavesTheFollowingBytes) {
  ScriptedInputStream stream;
  stream.gives("abc");
  std::array<char, 2> buffer{};
  stream.readFully(buffer.data(), buffer.size());
  EXPECT_EQ(std::string(buffer.data(), 2), "ab");
  EXPECT_EQ(stream.read(), 'c');
}

TEST(InputStreamTest, ReadAllBytesReadsToTheEnd) {
  const std::string much(100000, 'm');
  ScriptedInputStream stream;
  stream.gives("a\0b"s).gives(much).gives("z");
  EXPECT_EQ(stream.readAllBytes(), "a\0b"s + much + "z");
  EXPECT_EQ(stream.readAllBytes(), "");
}

TEST(InputStreamTest, ReadAllBytesKeepsTheBytesReadBeforeATimeout) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c").timesOut().gives("d");
  EXPECT_THROW(stream.readAllBytes(), SocketTimeoutException);
  EXPECT_EQ(stream.readAllBytes(), "abcd");
}

TEST(InputStreamTest, ReadAllBytesKeepsTheBytesReadBeforeAnError) {
  ScriptedInputStream stream;
  stream.gives("abc").isReset();
  EXPECT_THROW(stream.readAllBytes(), SocketException);
  EXPECT_EQ(stream.readAllBytes(), "abc");
}

TEST(InputStreamTest, SkipDropsBytes) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("cde");
  EXPECT_EQ(stream.skip(3), 3U);
  EXPECT_EQ(stream.read(), 'd');
  EXPECT_EQ(stream.skip(std::numeric_limits<std::size_t>::max()), 1U);
}

TEST(InputStreamTest, ATimeoutInSkipReportsTheSkippedBytes) {
  ScriptedInputStream stream;
  stream.gives("ab").timesOut().gives("c");
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { stream.skip(3); }).bytesTransferred(), 2U);
  EXPECT_EQ(stream.read(), 'c');
}

TEST(InputStreamTest, TransferToCopiesEverythingAndDoesNotFlushOrClose) {
  const std::string much(100000, 'm');
  ScriptedInputStream stream;
  stream.gives("ab").gives(much);
  RecordingOutputStream out;
  EXPECT_EQ(stream.transferTo(out), 100002U);
  EXPECT_EQ(out.bytes(), "ab" + much);
  EXPECT_EQ(out.flushCount(), 0);
  EXPECT_EQ(out.closeCount(), 0);
}

TEST(InputStreamTest, AReadTimeoutInTransferToReportsTheBytesWritten) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c").timesOut();
  RecordingOutputStream out;
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { stream.transferTo(out); }).bytesTransferred(), 3U);
  EXPECT_EQ(out.bytes(), "abc");
}

TEST(InputStreamTest, AWriteTimeoutInTransferToLosesNoBytes) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("cdef").gives("g");
  RecordingOutputStream out;
  out.succeeds().timesOutAfter(1);
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { stream.transferTo(out); }).bytesTransferred(), 3U);
  EXPECT_EQ(stream.transferTo(out), 4U);
  EXPECT_EQ(out.bytes(), "abcdefg");
}

TEST(InputStreamTest, AWriteErrorInTransferToKeepsTheBytesRead) {
  ScriptedInputStream stream;
  stream.gives("abc");
  RecordingOutputStream broken;
  broken.fails(std::errc::broken_pipe);
  EXPECT_THROW(stream.transferTo(broken), SocketException);
  EXPECT_EQ(stream.readAllBytes(), "abc");
}

}  // namespace
