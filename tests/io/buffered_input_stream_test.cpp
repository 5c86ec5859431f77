// SPDX-License-Identifier: MIT
//
// BufferedInputStream: which reads reach the stream below, the state after timeouts and errors, and closing.
#include <netlite/buffered_input_stream.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using netlite::test::BlockingInputStream;
using netlite::test::codeOf;
using netlite::test::RecordingOutputStream;
using netlite::test::ScriptedInputStream;
using netlite::test::thrownBy;
using namespace std::string_literals;

using Sizes = std::vector<std::size_t>;

std::string readSome(InputStream& in, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(in.read(&bytes[0], size));
  return bytes;
}

// ---- reading

TEST(BufferedInputStreamTest, ManySmallReadsAreOneReadOfTheStreamBelow) {
  ScriptedInputStream stream;
  stream.gives("\x00\xFFz"s);
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 0);
  EXPECT_EQ(in.read(), 255);
  EXPECT_EQ(in.read(), 'z');
  EXPECT_EQ(stream.readSizes(), Sizes{8192});
  EXPECT_EQ(in.read(), -1);
}

TEST(BufferedInputStreamTest, ReadsNothingBeforeTheFirstRead) {
  ScriptedInputStream stream;
  BufferedInputStream in(stream);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(BufferedInputStreamTest, ReturnsWhatTheBufferHasWithoutWaiting) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("de");
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(readSome(in, 10), "bc");
  EXPECT_EQ(stream.readCount(), 1U);
  EXPECT_EQ(readSome(in, 10), "de");
}

TEST(BufferedInputStreamTest, LargeReadsBypassTheEmptyBuffer) {
  ScriptedInputStream stream;
  stream.gives("abcdefghij");
  BufferedInputStream in(stream, 4);
  EXPECT_EQ(readSome(in, 3), "abc");
  EXPECT_EQ(readSome(in, 6), "d");
  EXPECT_EQ(readSome(in, 5), "efghi");
  EXPECT_EQ(readSome(in, 4), "j");
  EXPECT_EQ(stream.readSizes(), (Sizes{4, 5, 4}));
}

TEST(BufferedInputStreamTest, TheBufferSizeMakesNoDifference) {
  const std::string bytes = "some bytes\0\xFF and some more"s;
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t chunk = 1; chunk <= 10; ++chunk) {
      BufferedInputStream in(ByteArrayInputStream(bytes), size);
      std::string all;
      for (std::string part = readSome(in, chunk); !part.empty(); part = readSome(in, chunk)) all += part;
      EXPECT_EQ(all, bytes) << size << ' ' << chunk;
    }
  }
}

TEST(BufferedInputStreamTest, ReadFullyCountsTheBytesBeforeTheEnd) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("c");
  BufferedInputStream in(stream);
  std::array<char, 10> buffer{};
  EXPECT_EQ(thrownBy<EOFException>([&] { in.readFully(buffer.data(), 10); }).bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
}

TEST(BufferedInputStreamTest, RefusesNullAndABufferSizeOfZero) {
  EXPECT_THROW(BufferedInputStream(std::unique_ptr<InputStream>()), std::invalid_argument);
  EXPECT_THROW(BufferedInputStream(ByteArrayInputStream("a"), 0), std::invalid_argument);
  BufferedInputStream in{ByteArrayInputStream("a")};
  EXPECT_THROW(in.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(in.read(nullptr, 0), 0U);
}

TEST(BufferedInputStreamTest, GrowsWhileReadsFillTheBuffer) {
  ScriptedInputStream stream;
  stream.gives(std::string(4 + 32 + 32 + 3, 'g'));
  BufferedInputStream in(stream, 4);
  for (int i = 0; i < 4 + 32 + 32 + 3; ++i) EXPECT_EQ(in.read(), 'g');
  EXPECT_EQ(stream.readSizes(), (Sizes{4, 32, 32, 32}));
}

TEST(BufferedInputStreamTest, DoesNotGrowOnAStreamThatPrefersSmallReads) {
  ScriptedInputStream stream;
  stream.setPrefersLargeReads(false);
  stream.gives(std::string(9, 'g'));
  BufferedInputStream in(stream, 4);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(in.read(), 'g');
  EXPECT_EQ(stream.readSizes(), (Sizes{4, 4, 4}));
  EXPECT_TRUE(stream.patiences().empty());
}

TEST(BufferedInputStreamTest, ShrinksWhenTheConnectionIsIdle) {
  ScriptedInputStream stream;
  stream.gives(std::string(10, 'g')).gives("z");
  BufferedInputStream in(stream, 4);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(in.read(), 'g');
  EXPECT_TRUE(stream.patiences().empty());
  stream.setIdle(true);
  EXPECT_EQ(in.read(), 'z');
  EXPECT_EQ(stream.readSizes(), (Sizes{4, 32, 4}));
  EXPECT_EQ(in.read(), -1);
  EXPECT_EQ(stream.patiences().size(), 1U);
}

// ---- timeouts and errors

TEST(BufferedInputStreamTest, ATimeoutLosesNothing) {
  ScriptedInputStream stream;
  stream.gives("ab").timesOut().gives("cd");
  BufferedInputStream in(stream);
  std::array<char, 4> buffer{};
  const auto timeout = thrownBy<SocketTimeoutException>([&] { in.readFully(buffer.data(), 4); });
  EXPECT_EQ(timeout.bytesTransferred(), 2U);
  EXPECT_EQ(in.read(), 'c');
}

TEST(BufferedInputStreamTest, TheBytesOfATimedOutReadAllBytesComeFirst) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("cd").timesOut().gives("ef");
  BufferedInputStream in(stream, 3);
  EXPECT_THROW(in.readAllBytes(), SocketTimeoutException);
  EXPECT_EQ(in.available(), 6U);
  EXPECT_EQ(in.readAllBytes(), "abcdef");
}

TEST(BufferedInputStreamTest, UnwrittenBytesOfATransferComeBeforeTheBuffer) {
  ScriptedInputStream stream;
  stream.gives("abcdef");
  RecordingOutputStream out;
  out.timesOutAfter(1);
  BufferedInputStream in(stream, 8);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { in.transferTo(out); }).bytesTransferred(), 1U);
  EXPECT_EQ(in.readAllBytes(), "cdef");
}

TEST(BufferedInputStreamTest, ManyBytesCanBePutBack) {
  const std::string much(100000, 'm');
  ScriptedInputStream stream;
  stream.gives(much).timesOut().gives("z");
  BufferedInputStream in(stream);
  for (int i = 0; i < 2; ++i) {
    if (i == 0) {
      EXPECT_THROW(in.readAllBytes(), SocketTimeoutException);
    }
    EXPECT_EQ(in.read(), 'm');
  }
  EXPECT_EQ(in.readAllBytes(), much.substr(2) + "z");
}

TEST(BufferedInputStreamTest, BufferedBytesComeBeforeAReset) {
  ScriptedInputStream stream;
  stream.gives("ab").isReset();
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(in.read(), 'b');
  EXPECT_THROW(in.read(), SocketException);
}

// ---- available, skip, awaitInput

TEST(BufferedInputStreamTest, AvailableCountsTheBufferAndTheStreamBelow) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("defg");
  BufferedInputStream in(stream);
  EXPECT_EQ(in.available(), 3U);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(in.available(), 6U);
}

TEST(BufferedInputStreamTest, BufferedBytesAreAvailableWhenTheStreamBelowFails) {
  ScriptedInputStream stream;
  stream.gives("abc");
  stream.inAvailable([] { throw SocketException(codeOf(std::errc::operation_canceled), "available"); });
  BufferedInputStream in(stream);
  EXPECT_THROW(in.available(), SocketException);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(in.available(), 2U);
}

TEST(BufferedInputStreamTest, SkipDropsTheBufferFirst) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("defg");
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(in.skip(1), 1U);
  EXPECT_EQ(in.skip(3), 3U);
  EXPECT_EQ(in.read(), 'f');
  EXPECT_EQ(in.skip(5), 1U);
}

TEST(BufferedInputStreamTest, ATimeoutInSkipCountsTheBuffer) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("d").timesOut().gives("e");
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { in.skip(9); }).bytesTransferred(), 3U);
  EXPECT_EQ(in.read(), 'e');
}

TEST(BufferedInputStreamTest, AwaitInputNeedNotWaitForBufferedBytes) {
  ScriptedInputStream stream;
  stream.gives("ab");
  stream.setIdle(true);
  BufferedInputStream in(stream);
  EXPECT_FALSE(in.awaitInput(std::chrono::milliseconds(1)));
  EXPECT_EQ(in.read(), 'a');
  EXPECT_TRUE(in.awaitInput(std::chrono::milliseconds(1)));
}

TEST(BufferedInputStreamTest, PrefersWhatTheStreamBelowPrefers) {
  ScriptedInputStream stream;
  EXPECT_TRUE(BufferedInputStream(stream).prefersLargeReads());
  stream.setPrefersLargeReads(false);
  EXPECT_FALSE(BufferedInputStream(stream).prefersLargeReads());
}

// ---- closing and moving

TEST(BufferedInputStreamTest, CloseDropsTheBufferAndClosesTheStreamOnce) {
  ScriptedInputStream stream;
  stream.gives("ab");
  BufferedInputStream in(stream);
  EXPECT_EQ(in.read(), 'a');
  in.close();
  in.close();
  EXPECT_EQ(stream.closeCount(), 1);
  EXPECT_EQ(thrownBy<IOException>([&] { in.read(); }).code(), std::errc::operation_canceled);
  EXPECT_THROW(in.available(), IOException);
  EXPECT_THROW(in.skip(1), IOException);
  EXPECT_EQ(in.read(nullptr, 0), 0U);
}

TEST(BufferedInputStreamTest, CloseWakesTheThreadThatReads) {
  BlockingInputStream stream;
  BufferedInputStream in(stream);
  std::thread closer([&] {
    stream.waitForReader();
    in.close();
  });
  EXPECT_THROW(in.read(), IOException);
  EXPECT_THROW(in.read(), IOException);
  closer.join();
}

TEST(BufferedInputStreamTest, BytesThatArriveDuringCloseAreDropped) {
  ScriptedInputStream stream;
  stream.gives("ab");
  BufferedInputStream in(stream);
  stream.beforeRead([&] { in.close(); });
  EXPECT_THROW(in.read(), IOException);
}

TEST(BufferedInputStreamTest, AFailureToCloseIsReportedAndTheStreamIsClosed) {
  ScriptedInputStream stream;
  stream.failToClose();
  BufferedInputStream in(stream);
  EXPECT_EQ(thrownBy<IOException>([&] { in.close(); }).code(), std::errc::io_error);
  EXPECT_EQ(thrownBy<IOException>([&] { in.read(); }).code(), std::errc::operation_canceled);
}

TEST(BufferedInputStreamTest, MovesWithItsBuffer) {
  ScriptedInputStream stream;
  stream.gives("abc");
  BufferedInputStream first(stream);
  EXPECT_EQ(first.read(), 'a');
  BufferedInputStream second(std::move(first));
  EXPECT_EQ(second.read(), 'b');
  BufferedInputStream third{ByteArrayInputStream("x")};
  third = std::move(second);
  EXPECT_EQ(third.read(), 'c');
  EXPECT_EQ(stream.closeCount(), 0);
}

}  // namespace
