// SPDX-License-Identifier: MIT
//
// BufferedReader: line ends, the state after timeouts and errors, limits, memory, ties and closing.
#include <netlite/buffered_reader.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/print_writer.hpp>

#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
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

using Lines = std::vector<std::string>;

Lines linesOf(BufferedReader& reader) {
  Lines lines;
  while (auto line = reader.readLine()) lines.push_back(*line);
  return lines;
}

Lines linesOf(const std::string& bytes, std::size_t bufferSize = 8192) {
  BufferedReader reader(ByteArrayInputStream(bytes), bufferSize);
  return linesOf(reader);
}

// ---- where lines end

TEST(BufferedReaderTest, LineFeedEndsALine) { EXPECT_EQ(linesOf("a\nb\n"), (Lines{"a", "b"})); }

TEST(BufferedReaderTest, EveryLineEndIsRecognized) {
  EXPECT_EQ(linesOf("a\rb\nc\r\nd\n\re"), (Lines{"a", "b", "c", "d", "", "e"}));
  EXPECT_EQ(linesOf("a\n\rb"), (Lines{"a", "", "b"}));
  EXPECT_EQ(linesOf("\n\r\n\ra\n\n"), (Lines{"", "", "", "a", ""}));
}

TEST(BufferedReaderTest, EmptyInputHasNoLines) { EXPECT_EQ(linesOf(""), Lines{}); }

TEST(BufferedReaderTest, ZeroBytesAndMalformedTextPassThrough) {
  EXPECT_EQ(linesOf("a\0\xFF\x80z\n"s), Lines{"a\0\xFF\x80z"s});
}

TEST(BufferedReaderTest, TheBufferSizeMakesNoDifference) {
  const std::string bytes = "abc\r\ndef\n\r\rlonger than any of the buffers\r\n\nend\r";
  const Lines lines = linesOf(bytes);
  for (std::size_t size = 1; size <= 40; ++size) EXPECT_EQ(linesOf(bytes, size), lines) << size;
}

TEST(BufferedReaderTest, ChunksMakeNoDifference) {
  const std::string bytes = "abc\r\ndef\n\r\r\xED\x95\x9C\r\n\nend";
  for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
    ScriptedInputStream stream;
    for (std::size_t i = 0; i < bytes.size(); i += chunk) stream.gives(bytes.substr(i, chunk));
    BufferedReader reader(stream);
    EXPECT_EQ(linesOf(reader), linesOf(bytes)) << chunk;
  }
}

TEST(BufferedReaderTest, TheLastLineNeedsNoLineEnd) {
  BufferedReader reader(ByteArrayInputStream("a\nlast"));
  EXPECT_TRUE(reader.lastLineTerminated());
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_TRUE(reader.lastLineTerminated());
  EXPECT_EQ(reader.readLine(), "last");
  EXPECT_FALSE(reader.lastLineTerminated());
  EXPECT_EQ(reader.readLine(), std::nullopt);
  EXPECT_FALSE(reader.lastLineTerminated());
}

TEST(BufferedReaderTest, AfterTheEndTheStreamIsNotReadAgain) {
  ScriptedInputStream stream;
  stream.gives("a").ends().gives("b\n");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  const std::size_t reads = stream.readCount();
  std::array<char, 4> buffer{};
  EXPECT_EQ(reader.readLine(), std::nullopt);
  EXPECT_EQ(reader.readLine(), std::nullopt);
  EXPECT_EQ(reader.read(), -1);
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 0U);
  EXPECT_FALSE(reader.ready());
  EXPECT_EQ(stream.readCount(), reads);
}

TEST(BufferedReaderTest, ACarriageReturnEndsALineImmediately) {
  ScriptedInputStream stream;
  stream.gives("a\r").gives("\nb\n");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(stream.readCount(), 1U);
  EXPECT_EQ(reader.readLine(), "b");
}

TEST(BufferedReaderTest, ALineFeedAfterACarriageReturnIsDroppedDespiteATimeout) {
  ScriptedInputStream stream;
  stream.gives("a\r").timesOut().gives("\nb\n");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_EQ(reader.readLine(), "b");
  EXPECT_EQ(reader.readLine(), std::nullopt);
}

TEST(BufferedReaderTest, ALineFeedAfterTheLastCarriageReturnIsNotALine) {
  EXPECT_EQ(linesOf("a\r\n"), Lines{"a"});
  EXPECT_EQ(linesOf("a\r"), Lines{"a"});
}

TEST(BufferedReaderTest, ReadLineReusesTheString) {
  BufferedReader reader(ByteArrayInputStream("a longer line than fits into the string itself\nshort\n"));
  std::string line;
  EXPECT_TRUE(reader.readLine(line));
  const char* memory = line.data();
  EXPECT_TRUE(reader.readLine(line));
  EXPECT_EQ(line, "short");
  EXPECT_EQ(line.data(), memory);
  EXPECT_FALSE(reader.readLine(line));
  EXPECT_EQ(line, "short");
}

TEST(BufferedReaderTest, LinesCanBeIteratedOver) {
  BufferedReader reader(ByteArrayInputStream("a\nb\n\nc"));
  Lines lines;
  for (const std::string& line : reader.lines()) lines.push_back(line);
  EXPECT_EQ(lines, (Lines{"a", "b", "", "c"}));
}

TEST(BufferedReaderTest, LinesIsAnInputRange) {
  BufferedReader reader(ByteArrayInputStream("a\nbb\nccc\n"));
  const auto lines = reader.lines();
  using Iterator = decltype(lines.begin());
  static_assert(std::is_same_v<std::iterator_traits<Iterator>::reference, const std::string&>);
  Iterator position = lines.begin();
  EXPECT_EQ(position->size(), 1U);
  EXPECT_EQ(*position++, "a");
  EXPECT_EQ(Lines(position, lines.end()), (Lines{"bb", "ccc"}));
}

// ---- read and ready

TEST(BufferedReaderTest, ReadReturnsBytesAndThenTheEnd) {
  BufferedReader reader(ByteArrayInputStream("\x00\xFF\r"s));
  EXPECT_EQ(reader.read(), 0);
  EXPECT_EQ(reader.read(), 255);
  EXPECT_EQ(reader.read(), '\r');
  EXPECT_EQ(reader.read(), -1);
}

TEST(BufferedReaderTest, ReadIntoABufferReturnsTheAvailableBytes) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("d");
  BufferedReader reader(stream);
  std::array<char, 8> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), 2), 2U);
  EXPECT_EQ(std::string(buffer.data(), 2), "ab");
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 1U);
  EXPECT_EQ(buffer[0], 'c');
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 1U);
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 0U);
}

TEST(BufferedReaderTest, ReadRefusesNull) {
  BufferedReader reader(ByteArrayInputStream("a"));
  EXPECT_THROW(reader.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(reader.read(nullptr, 0), 0U);
  EXPECT_EQ(reader.read(), 'a');
}

TEST(BufferedReaderTest, ReadDropsTheLineFeedOfTheLineJustRead) {
  BufferedReader reader(ByteArrayInputStream("a\r\nbcd"));
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(reader.read(), 'b');
  std::array<char, 3> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 2U);
}

TEST(BufferedReaderTest, ReadIntoABufferDropsTheLineFeedOfTheLineJustRead) {
  ScriptedInputStream stream;
  stream.gives("a\r").gives("\n").gives("bc");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  std::array<char, 3> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 2U);
  EXPECT_EQ(std::string(buffer.data(), 2), "bc");
}

TEST(BufferedReaderTest, ReadAndReadLineCanBeMixed) {
  BufferedReader reader(ByteArrayInputStream("ab\rcd\r\nef\n"), 3);
  EXPECT_EQ(reader.read(), 'a');
  EXPECT_EQ(reader.readLine(), "b");
  EXPECT_EQ(reader.read(), 'c');
  EXPECT_EQ(reader.readLine(), "d");
  EXPECT_EQ(reader.readLine(), "ef");
  EXPECT_EQ(reader.read(), -1);
}

TEST(BufferedReaderTest, ReadyReportsWhetherAByteIsAvailable) {
  ScriptedInputStream stream;
  stream.givesLate("ab").gives("c");
  BufferedReader reader(stream);
  EXPECT_FALSE(reader.ready());
  EXPECT_EQ(reader.read(), 'a');
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(reader.read(), 'b');
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(reader.read(), 'c');
  EXPECT_FALSE(reader.ready());
}

TEST(BufferedReaderTest, ReadyDoesNotReadFromTheStream) {
  ScriptedInputStream stream;
  stream.gives("a");
  BufferedReader reader(stream);
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(BufferedReaderTest, ALineFeedThatWillBeDroppedIsNotReady) {
  BufferedReader buffered(ByteArrayInputStream("a\r\n"));
  EXPECT_EQ(buffered.readLine(), "a");
  EXPECT_FALSE(buffered.ready());

  ScriptedInputStream stream;
  stream.gives("a\r").gives("\n").gives("b");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(reader.read(), 'b');
}

TEST(BufferedReaderTest, ReadyReturnsDuringAnEndlessLine) {
  ScriptedInputStream stream;
  stream.beforeRead([&stream] { stream.gives("x"); });
  stream.gives("xxx");
  BufferedReader reader(stream);
  reader.setMaxLineLength(2);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_FALSE(reader.ready());
}

TEST(BufferedReaderTest, ReadyReportsAClosedSocket) {
  ScriptedInputStream stream;
  stream.gives("a\nb");
  BufferedReader reader(stream);
  reader.readLine();
  stream.inAvailable([] { throw SocketException(codeOf(std::errc::operation_canceled), "available"); });
  EXPECT_TRUE(reader.ready());
  EXPECT_EQ(reader.read(), 'b');
  EXPECT_THROW(reader.ready(), SocketException);
}

// ---- counted bytes

std::string readBytes(BufferedReader& reader, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(reader.readNBytes(&bytes[0], size));
  return bytes;
}

TEST(BufferedReaderTest, CountedBytesFollowALine) {
  BufferedReader reader(ByteArrayInputStream("Content-Length: 7\r\n\r\na\nb\r\0c\nnext\n"s));
  EXPECT_EQ(reader.readLine(), "Content-Length: 7");
  EXPECT_EQ(reader.readLine(), "");
  EXPECT_EQ(readBytes(reader, 7), "a\nb\r\0c\n"s);
  EXPECT_EQ(reader.readLine(), "next");
}

TEST(BufferedReaderTest, CountedBytesMakeNoDifferenceByBufferSizeOrChunk) {
  const std::string bytes = "line\r\n0123456789abcdefghij\r\n\n"s;
  for (std::size_t size = 1; size <= 40; ++size) {
    for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
      ScriptedInputStream stream;
      for (std::size_t i = 0; i < bytes.size(); i += chunk) stream.gives(bytes.substr(i, chunk));
      BufferedReader reader(stream, size);
      EXPECT_EQ(reader.readLine(), "line");
      EXPECT_EQ(readBytes(reader, 5), "01234");
      EXPECT_EQ(readBytes(reader, 15), "56789abcdefghij");
      EXPECT_EQ(reader.readLine(), "");
      EXPECT_EQ(reader.readLine(), "");
      EXPECT_EQ(readBytes(reader, 1), "") << size << ' ' << chunk;
    }
  }
}

TEST(BufferedReaderTest, CountedBytesAreReadStraightIntoTheCallersMemory) {
  ScriptedInputStream stream;
  stream.gives("line\nbuffered").gives(std::string(100000, 'b')).gives("next\n");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "line");
  const std::size_t reads = stream.readCount();
  EXPECT_EQ(readBytes(reader, 100008), "buffered" + std::string(100000, 'b'));
  EXPECT_EQ(stream.readSizes()[reads], 100000U);
  EXPECT_EQ(stream.readCount(), reads + 1);
  EXPECT_EQ(reader.readLine(), "next");
}

TEST(BufferedReaderTest, ReadNBytesReturnsWhatComesBeforeTheEnd) {
  ScriptedInputStream stream;
  stream.gives("a\nbc").gives("d").ends().gives("e");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(readBytes(reader, 10), "bcd");
  EXPECT_EQ(readBytes(reader, 10), "");
  EXPECT_EQ(reader.readLine(), std::nullopt);
}

TEST(BufferedReaderTest, ReadFullyCountsTheBytesBeforeTheEnd) {
  ScriptedInputStream stream;
  stream.gives("a\nbc").gives("d");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  std::array<char, 10> buffer{};
  const auto end = thrownBy<EOFException>([&] { reader.readFully(buffer.data(), buffer.size()); });
  EXPECT_EQ(end.bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "bcd");
  EXPECT_NE(std::string(end.what()).find("read 3 of 10 bytes"), std::string::npos) << end.what();
}

TEST(BufferedReaderTest, ReadFullyReadsExactly) {
  BufferedReader reader(ByteArrayInputStream("abcdef"));
  std::array<char, 4> buffer{};
  reader.readFully(buffer.data(), buffer.size());
  EXPECT_EQ(std::string(buffer.data(), 4), "abcd");
  EXPECT_EQ(reader.read(), 'e');
}

TEST(BufferedReaderTest, ATimeoutInCountedBytesReportsThoseInTheBuffer) {
  ScriptedInputStream stream;
  stream.gives("a\nbc").gives("d").timesOut().gives("ef");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  std::array<char, 4> buffer{};
  const auto timeout = thrownBy<SocketTimeoutException>([&] { reader.readFully(buffer.data(), 4); });
  EXPECT_EQ(timeout.bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "bcd");
  EXPECT_EQ(readBytes(reader, 4), "ef");
}

TEST(BufferedReaderTest, CountedBytesSkipALineFeedThatArrivesLate) {
  ScriptedInputStream stream;
  stream.gives("a\r").timesOut().gives("\nbody");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  std::array<char, 4> buffer{};
  const auto timeout = thrownBy<SocketTimeoutException>([&] { reader.readNBytes(buffer.data(), 4); });
  EXPECT_EQ(timeout.bytesTransferred(), 0U);
  EXPECT_EQ(readBytes(reader, 4), "body");
}

TEST(BufferedReaderTest, CountedBytesSkipTheRestOfALineThatWasTooLong) {
  ScriptedInputStream stream;
  stream.gives("too long").gives(" a line\nbody");
  BufferedReader reader(stream);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_EQ(readBytes(reader, 4), "body");
}

TEST(BufferedReaderTest, TheMaximumLineLengthDoesNotApplyToCountedBytes) {
  BufferedReader reader(ByteArrayInputStream("a\n" + std::string(1000, 'b')));
  reader.setMaxLineLength(4);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(readBytes(reader, 1000), std::string(1000, 'b'));
}

TEST(BufferedReaderTest, CountedBytesAfterHalfALineBeginWithIt) {
  ScriptedInputStream stream;
  stream.gives("half").timesOut().gives("way");
  BufferedReader reader(stream);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_EQ(readBytes(reader, 6), "halfwa");
  EXPECT_EQ(reader.read(), 'y');
}

TEST(BufferedReaderTest, CountingNoBytesReadsNothing) {
  ScriptedInputStream stream;
  stream.timesOut();
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readNBytes(nullptr, 0), 0U);
  EXPECT_NO_THROW(reader.readFully(nullptr, 0));
  EXPECT_THROW(reader.readNBytes(nullptr, 1), std::invalid_argument);
  EXPECT_THROW(reader.readFully(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(BufferedReaderTest, CountedBytesOfAClosedReaderThrow) {
  BufferedReader reader(ByteArrayInputStream("abc"));
  reader.close();
  std::array<char, 1> buffer{};
  EXPECT_EQ(thrownBy<IOException>([&] { reader.readNBytes(buffer.data(), 1); }).code(), std::errc::operation_canceled);
}

TEST(BufferedReaderTest, ATiedWriterIsFlushedBeforeCountedBytesAreWaitedFor) {
  ScriptedInputStream stream;
  stream.gives("a\nbo").givesLate("dy");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader reader(stream);
  reader.tie(out);
  EXPECT_EQ(reader.readLine(), "a");
  out.println("send the rest");
  EXPECT_EQ(readBytes(reader, 2), "bo");
  EXPECT_EQ(sent.bytes(), "");
  EXPECT_EQ(readBytes(reader, 2), "dy");
  EXPECT_EQ(sent.bytes(), "send the rest\n");
}

// ---- timeouts and errors

TEST(BufferedReaderTest, ATimeoutLosesNoInput) {
  ScriptedInputStream stream;
  stream.gives("ab").timesOut().gives("c").timesOut().gives("\nd\n");
  BufferedReader reader(stream);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_EQ(reader.readLine(), "abc");
  EXPECT_EQ(reader.readLine(), "d");
}

TEST(BufferedReaderTest, APartialLineCanBeReadAfterATimeout) {
  ScriptedInputStream stream;
  stream.gives("abc").timesOut().gives("d\n");
  BufferedReader reader(stream);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  std::array<char, 2> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 2U);
  EXPECT_EQ(std::string(buffer.data(), 2), "ab");
  EXPECT_EQ(reader.readLine(), "cd");
}

TEST(BufferedReaderTest, APartialLineCanBeReadAfterAReset) {
  ScriptedInputStream stream;
  stream.gives("abc").isReset().isReset();
  BufferedReader reader(stream);
  EXPECT_EQ(thrownBy<SocketException>([&] { reader.readLine(); }).code(), std::errc::connection_reset);
  EXPECT_EQ(thrownBy<SocketException>([&] { reader.readLine(); }).code(), std::errc::connection_reset);
  std::array<char, 8> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
}

TEST(BufferedReaderTest, BufferedLinesAreReturnedBeforeAnError) {
  ScriptedInputStream stream;
  stream.gives("a\nb\n").isReset();
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(reader.readLine(), "b");
  EXPECT_THROW(reader.readLine(), SocketException);
}

// ---- the maximum line length

TEST(BufferedReaderTest, TheDefaultLimitIsOneMebibyte) {
  BufferedReader reader(ByteArrayInputStream(""));
  EXPECT_EQ(reader.getMaxLineLength(), 1024U * 1024U);
  reader.setMaxLineLength(5);
  EXPECT_EQ(reader.getMaxLineLength(), 5U);
}

TEST(BufferedReaderTest, ALineOfExactlyTheLimitIsReturned) {
  for (const std::string end : {"\n", "\r", "\r\n", ""}) {
    BufferedReader reader(ByteArrayInputStream("abcd" + end));
    reader.setMaxLineLength(4);
    EXPECT_EQ(reader.readLine(), "abcd");
    EXPECT_EQ(reader.readLine(), std::nullopt);
  }
}

TEST(BufferedReaderTest, ATooLongLineIsSkippedAndTheNextOneIsReturned) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    for (std::size_t size = 1; size <= 16; ++size) {
      BufferedReader reader(ByteArrayInputStream("abcde" + end + "next" + end), size);
      reader.setMaxLineLength(4);
      EXPECT_THROW(reader.readLine(), LineTooLongException);
      EXPECT_EQ(reader.readLine(), "next");
      EXPECT_EQ(reader.readLine(), std::nullopt);
      EXPECT_TRUE(reader.lastLineTerminated());
    }
  }
}

TEST(BufferedReaderTest, ReadLineThrowsAsSoonAsTheLimitIsExceeded) {
  ScriptedInputStream stream;
  stream.gives("abc").gives("de").gives("fg\nnext\n");
  BufferedReader reader(stream);
  reader.setMaxLineLength(4);
  const auto failure = thrownBy<LineTooLongException>([&] { reader.readLine(); });
  EXPECT_EQ(failure.code(), std::errc::message_size);
  EXPECT_NE(std::string(failure.what()).find("4 bytes"), std::string::npos) << failure.what();
  EXPECT_EQ(stream.readCount(), 2U);
  EXPECT_FALSE(reader.lastLineTerminated());
  EXPECT_EQ(reader.readLine(), "next");
}

TEST(BufferedReaderTest, SkippingContinuesAfterATimeout) {
  ScriptedInputStream stream;
  stream.gives("abcde").timesOut().gives("fg").timesOut().gives("h\r").gives("\nnext\n");
  BufferedReader reader(stream);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_EQ(reader.readLine(), "next");
}

TEST(BufferedReaderTest, ReadSkipsTheRestOfATooLongLine) {
  ScriptedInputStream stream;
  stream.gives("abcde").gives("fg\r").gives("\nxyz");
  BufferedReader reader(stream);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_EQ(reader.read(), 'x');
  std::array<char, 4> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 2U);
}

TEST(BufferedReaderTest, ReadySkipsTheRestOfATooLongLine) {
  ScriptedInputStream stream;
  stream.gives("abcde").gives("fg\r").gives("\n").givesLate("x");
  BufferedReader reader(stream);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_FALSE(reader.ready());
  EXPECT_EQ(reader.read(), 'x');
}

TEST(BufferedReaderTest, ATooLongLineMayBeCutByTheEndOfTheStream) {
  BufferedReader reader(ByteArrayInputStream("abcdefgh"), 2);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_EQ(reader.readLine(), std::nullopt);
  EXPECT_FALSE(reader.lastLineTerminated());
}

TEST(BufferedReaderTest, ALimitOfZeroAllowsOnlyEmptyLines) {
  BufferedReader reader(ByteArrayInputStream("\na\n\n"));
  reader.setMaxLineLength(0);
  EXPECT_EQ(reader.readLine(), "");
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_EQ(reader.readLine(), "");
}

TEST(BufferedReaderTest, TheMaximumLimitMeansNoLimit) {
  const std::string line(3000000, 'x');
  BufferedReader reader(ByteArrayInputStream(line + "\nnext\n"));
  reader.setMaxLineLength(std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(reader.readLine(), line);
  EXPECT_EQ(reader.readLine(), "next");
}

TEST(BufferedReaderTest, ALowerLimitAppliesToAPartiallyReceivedLine) {
  ScriptedInputStream stream;
  stream.gives("abcde").timesOut().gives("f\nnext\n");
  BufferedReader reader(stream);
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  reader.setMaxLineLength(4);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_EQ(reader.readLine(), "next");
}

// ---- memory: the size passed to each read shows how much the reader has allocated

std::size_t maxRoom(const ScriptedInputStream& stream) {
  return *std::max_element(stream.readSizes().begin(), stream.readSizes().end());
}

TEST(BufferedReaderTest, NothingIsReadBeforeTheFirstCall) {
  ScriptedInputStream stream;
  stream.gives("a\n");
  BufferedReader reader(stream);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(BufferedReaderTest, MemoryStartsSmallAndGrowsWithTheInput) {
  ScriptedInputStream stream;
  stream.gives(std::string(1000000, '\n'));
  BufferedReader reader(stream);
  while (reader.readLine()) {
  }
  const std::vector<std::size_t> first(stream.readSizes().begin(), stream.readSizes().begin() + 6);
  EXPECT_EQ(first, (std::vector<std::size_t>{128, 512, 2048, 8192, 32768, 65536}));
  EXPECT_EQ(maxRoom(stream), 65536U);
}

TEST(BufferedReaderTest, MemoryStaysSmallWhileReadsAreSmall) {
  ScriptedInputStream stream;
  for (int i = 0; i < 1000; ++i) stream.gives("a short line\n");
  BufferedReader reader(stream);
  while (reader.readLine()) {
  }
  EXPECT_EQ(maxRoom(stream), 128U);
}

TEST(BufferedReaderTest, ASmallBufferReadsSmallAmounts) {
  ScriptedInputStream stream;
  stream.gives(std::string(1000, '\n'));
  BufferedReader reader(stream, 10);
  while (reader.readLine()) {
  }
  EXPECT_EQ(stream.readSizes().front(), 10U);
  EXPECT_EQ(maxRoom(stream), 80U);
}

TEST(BufferedReaderTest, MemoryStaysWithinTheLimit) {
  constexpr std::size_t kLimit = 100000;
  ScriptedInputStream stream;
  std::size_t given = 0;
  std::size_t maxBytes = 0;
  stream.beforeRead([&] {
    maxBytes = std::max(maxBytes, given + stream.readSizes().back());
    given += stream.readSizes().back();
  });
  stream.gives(std::string(1000000, 'x'));
  BufferedReader reader(stream, 1000);
  reader.setMaxLineLength(kLimit);
  EXPECT_THROW(reader.readLine(), LineTooLongException);
  EXPECT_GT(maxBytes, kLimit);
  EXPECT_LE(maxBytes, kLimit + 8000);
}

TEST(BufferedReaderTest, MemoryForAVeryLongLineIsReleased) {
  ScriptedInputStream stream;
  stream.gives(std::string(500000, 'x') + "\n").gives("a\n");
  BufferedReader reader(stream);
  reader.readLine();
  EXPECT_GT(stream.readSizes().back(), 65536U);
  reader.readLine();
  EXPECT_EQ(stream.readSizes().back(), 128U);
}

TEST(BufferedReaderTest, AnIdleReaderReleasesMemory) {
  ScriptedInputStream stream;
  stream.gives(std::string(20000, '\n')).givesLate("a\n").givesLate("b\n");
  stream.setIdle(true);
  BufferedReader reader(stream);
  for (int i = 0; i < 20000; ++i) reader.readLine();
  EXPECT_TRUE(stream.patiences().empty());
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_EQ(stream.patiences(), std::vector<std::chrono::milliseconds>{std::chrono::milliseconds(20)});
  EXPECT_EQ(stream.readSizes().back(), 128U);
  EXPECT_EQ(reader.readLine(), "b");
  EXPECT_EQ(stream.patiences().size(), 1U);
}

TEST(BufferedReaderTest, ABusyReaderKeepsItsMemory) {
  ScriptedInputStream stream;
  stream.gives(std::string(20000, '\n')).gives("a\n");
  BufferedReader reader(stream);
  for (int i = 0; i < 20000; ++i) reader.readLine();
  const std::size_t room = stream.readSizes().back();
  EXPECT_EQ(reader.readLine(), "a");
  EXPECT_GE(stream.readSizes().back(), room);
}

TEST(BufferedReaderTest, AnIdleReaderKeepsAPartialLine) {
  ScriptedInputStream stream;
  stream.gives(std::string(5000, 'x')).givesLate("y\n");
  stream.setIdle(true);
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), std::string(5000, 'x') + "y");
  EXPECT_TRUE(stream.patiences().empty());
}

// ---- ties

/// An output stream that holds a reference, so that a test sees when the stream is destroyed.
class OwningStream : public OutputStream {
 public:
  explicit OwningStream(std::shared_ptr<int> token) : token_(std::move(token)) {}
  void write(const void*, std::size_t) override {}

 private:
  std::shared_ptr<int> token_;
};

class OddStream : public OutputStream {
 public:
  void write(const void*, std::size_t) override { throw std::runtime_error("odd"); }
};

TEST(BufferedReaderTest, ATiedWriterIsFlushedWhenTheReaderHasToWait) {
  ScriptedInputStream stream;
  stream.gives("1\n2\n3\n").givesLate("4\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  for (int i = 0; i < 3; ++i) {
    out.println(*in.readLine());
    EXPECT_TRUE(sent.writes().empty());
  }
  EXPECT_EQ(in.readLine(), "4");
  EXPECT_EQ(sent.writes(), Lines{"1\n2\n3\n"});
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(BufferedReaderTest, ATiedWriterIsFlushedBeforeTheFirstReadIfItWouldWait) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.println("greeting");
  EXPECT_EQ(in.readLine(), "1");
  EXPECT_EQ(sent.writes(), Lines{"greeting\n"});
}

TEST(BufferedReaderTest, ATiedWriterIsNotFlushedBeforeTheFirstReadIfInputHasArrived) {
  ScriptedInputStream stream;
  stream.gives("1\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.println("held back");
  EXPECT_EQ(in.readLine(), "1");
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedReaderTest, AfterAShortReadTheTiedWriterIsFlushedWithoutCallingAvailable) {
  ScriptedInputStream stream;
  stream.gives("1\n").givesLate("2\n").givesLate("3\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  for (const std::string& line : in.lines()) out.println(line);
  EXPECT_EQ(sent.writes(), (Lines{"1\n", "2\n", "3\n"}));
  EXPECT_EQ(stream.availableCount(), 0);
}

TEST(BufferedReaderTest, AfterAFullReadTheTiedWriterIsNotFlushedWhileInputIsAvailable) {
  ScriptedInputStream stream;
  const std::string line = std::string(63, 'x') + '\n';
  stream.gives(line + line).gives(line);
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  for (const std::string& text : in.lines()) out.println(text);
  EXPECT_EQ(stream.readSizes().front(), 2 * line.size());
  EXPECT_EQ(sent.writes(), Lines{line + line + line});
  EXPECT_EQ(stream.availableCount(), 1);
}

TEST(BufferedReaderTest, AfterAFullReadTheTiedWriterIsFlushedIfNothingIsAvailable) {
  ScriptedInputStream stream;
  const std::string line = std::string(63, 'x') + '\n';
  stream.gives(line + line).givesLate("late\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  for (int i = 0; i < 2; ++i) out.println(*in.readLine());
  EXPECT_EQ(in.readLine(), "late");
  EXPECT_EQ(sent.writes(), Lines{line + line});
}

TEST(BufferedReaderTest, AStreamWithPartialReadsIsCheckedBeforeTheTiedWriterIsFlushed) {
  ScriptedInputStream stream;
  stream.setPrefersLargeReads(false);
  stream.gives("1\n").gives("2\n").givesLate("3\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  for (int i = 0; i < 2; ++i) out.println(*in.readLine());
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_EQ(in.readLine(), "3");
  EXPECT_EQ(sent.writes(), Lines{"1\n2\n"});
}

TEST(BufferedReaderTest, ReadyDoesNotFlushATiedWriter) {
  ScriptedInputStream stream;
  stream.gives("a\r").gives("\n").gives("b");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.println(*in.readLine());
  EXPECT_TRUE(in.ready());
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedReaderTest, ReadFlushesATiedWriter) {
  ScriptedInputStream stream;
  stream.givesLate("1");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.print("prompt> ");
  EXPECT_EQ(in.read(), '1');
  EXPECT_EQ(sent.bytes(), "prompt> ");
}

TEST(BufferedReaderTest, AnEmptyTiedWriterCausesNoCalls) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  in.readLine();
  EXPECT_EQ(sent.flushCount(), 0);
  EXPECT_EQ(stream.availableCount(), 0);
}

TEST(BufferedReaderTest, ATiedWriterWritesNoMoreOftenThanTheReaderReads) {
  std::string lines;
  for (int i = 0; i < 256; ++i) lines += std::string(1023, 'x') + '\n';
  ScriptedInputStream stream;
  stream.gives(lines);
  RecordingOutputStream sent;
  BufferedReader in(stream);
  PrintWriter out(sent);
  in.tie(out);
  for (const std::string& line : in.lines()) out.println(line);
  out.flush();
  EXPECT_LE(sent.writes().size(), stream.readCount());
}

TEST(BufferedReaderTest, TheErrorOfAFailedFlushStaysInTheTiedWriter) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  RecordingOutputStream sent;
  sent.fails(std::errc::broken_pipe);
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.print("lost");
  EXPECT_EQ(in.readLine(), "1");
  EXPECT_EQ(out.error(), std::errc::broken_pipe);
}

TEST(BufferedReaderTest, AStreamWhoseAvailableThrowsIsReadWithoutFlushing) {
  ScriptedInputStream stream;
  stream.isReset();
  stream.inAvailable([] { throw SocketException(codeOf(std::errc::operation_canceled), "available"); });
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  out.print("x");
  EXPECT_EQ(thrownBy<SocketException>([&] { in.readLine(); }).code(), std::errc::connection_reset);
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedReaderTest, UntieEndsTheTie) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  RecordingOutputStream sent;
  PrintWriter out(sent);
  BufferedReader in(stream);
  in.tie(out);
  in.untie();
  out.print("x");
  in.readLine();
  EXPECT_TRUE(sent.writes().empty());
}

TEST(BufferedReaderTest, TheTieFollowsAMovedWriterAndEndsWithIt) {
  ScriptedInputStream stream;
  stream.givesLate("1\n").givesLate("2\n");
  RecordingOutputStream sent;
  BufferedReader in(stream);
  {
    PrintWriter out(sent);
    in.tie(out);
    const auto moved = std::make_unique<PrintWriter>(std::move(out));
    moved->print("x");
    EXPECT_EQ(in.readLine(), "1");
    EXPECT_EQ(sent.bytes(), "x");
  }
  EXPECT_EQ(in.readLine(), "2");
}

TEST(BufferedReaderTest, ATiedWriterDestroysItsStream) {
  ScriptedInputStream stream;
  stream.gives("1\n");
  BufferedReader in(stream);
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> streamLives = token;
  {
    PrintWriter out(std::make_unique<OwningStream>(std::move(token)));
    in.tie(out);
  }
  EXPECT_TRUE(streamLives.expired());
  EXPECT_EQ(in.readLine(), "1");
}

TEST(BufferedReaderTest, ATieEndsWhenAnotherWriterIsAssignedToTheTiedOne) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  RecordingOutputStream first;
  RecordingOutputStream second;
  BufferedReader in(stream);
  PrintWriter out(first);
  in.tie(out);
  out.print("a");
  out = PrintWriter(second);
  out.print("b");
  EXPECT_EQ(first.bytes(), "a");
  EXPECT_EQ(in.readLine(), "1");
  EXPECT_EQ(second.bytes(), "");
}

TEST(BufferedReaderTest, ATiedWritersNonSystemErrorDoesNotReachTheReader) {
  ScriptedInputStream stream;
  stream.givesLate("1\n");
  PrintWriter out{OddStream()};
  BufferedReader in(stream);
  in.tie(out);
  out.print("x");
  EXPECT_EQ(in.readLine(), "1");
}

// ---- construction, moving and closing

TEST(BufferedReaderTest, RefusesANullStreamAndABufferSizeOfZero) {
  EXPECT_THROW(BufferedReader(std::unique_ptr<InputStream>()), std::invalid_argument);
  EXPECT_THROW(BufferedReader(ByteArrayInputStream("a"), 0), std::invalid_argument);
}

TEST(BufferedReaderTest, AcceptsAStreamOnTheHeap) {
  BufferedReader reader(std::make_unique<ByteArrayInputStream>("a\n"), 16);
  EXPECT_EQ(reader.readLine(), "a");
}

TEST(BufferedReaderTest, MovesWithItsBufferedInput) {
  ScriptedInputStream stream;
  stream.gives("a\r").gives("\nb\nhalf").timesOut().gives(" line\n");
  BufferedReader reader(stream);
  EXPECT_EQ(reader.readLine(), "a");
  BufferedReader moved(std::move(reader));
  EXPECT_EQ(moved.readLine(), "b");
  EXPECT_THROW(moved.readLine(), SocketTimeoutException);
  reader = std::move(moved);
  EXPECT_EQ(reader.readLine(), "half line");
}

TEST(BufferedReaderTest, TheDestructorDoesNotCloseTheStream) {
  ScriptedInputStream stream;
  { BufferedReader reader(stream); }
  EXPECT_EQ(stream.closeCount(), 0);
}

TEST(BufferedReaderTest, AClosedReaderThrows) {
  ScriptedInputStream stream;
  stream.gives("a\nb\n");
  BufferedReader reader(stream);
  reader.readLine();
  reader.close();
  std::array<char, 1> buffer{};
  EXPECT_EQ(thrownBy<IOException>([&] { reader.readLine(); }).code(), std::errc::operation_canceled);
  EXPECT_THROW(reader.read(), IOException);
  EXPECT_THROW(reader.read(buffer.data(), 0), IOException);
  EXPECT_THROW(reader.ready(), IOException);
  EXPECT_THROW(reader.lines().begin(), IOException);
}

TEST(BufferedReaderTest, CloseClosesTheStreamOnce) {
  ScriptedInputStream stream;
  BufferedReader reader(stream);
  reader.close();
  reader.close();
  EXPECT_EQ(stream.closeCount(), 1);
}

TEST(BufferedReaderTest, AReaderIsClosedEvenIfClosingTheStreamFails) {
  ScriptedInputStream stream;
  stream.failToClose();
  BufferedReader reader(stream);
  EXPECT_THROW(reader.close(), IOException);
  EXPECT_NO_THROW(reader.close());
  EXPECT_EQ(stream.closeCount(), 1);
  EXPECT_EQ(thrownBy<IOException>([&] { reader.readLine(); }).code(), std::errc::operation_canceled);
}

TEST(BufferedReaderTest, CloseFromAnotherThreadWakesTheReader) {
  BlockingInputStream stream;
  BufferedReader reader(stream);
  std::thread closer([&] {
    stream.waitForReader();
    reader.close();
  });
  EXPECT_THROW(reader.readLine(), IOException);
  closer.join();
  EXPECT_THROW(reader.readLine(), IOException);
}

TEST(BufferedReaderTest, InputThatArrivesAfterCloseIsNotReturned) {
  ScriptedInputStream stream;
  stream.gives("a\n");
  BufferedReader reader(stream);
  stream.beforeRead([&] { reader.close(); });
  EXPECT_EQ(thrownBy<IOException>([&] { reader.readLine(); }).code(), std::errc::operation_canceled);
}

TEST(BufferedReaderTest, CloseIsSafeWhileAnotherThreadReadsBufferedLines) {
  BufferedReader reader(ByteArrayInputStream(std::string(1000000, '\n')));
  std::thread closer([&] { reader.close(); });
  try {
    while (reader.readLine()) {
    }
  } catch (const IOException& closed) {
    EXPECT_EQ(closed.code(), std::errc::operation_canceled);
  }
  closer.join();
}

}  // namespace
