// SPDX-License-Identifier: MIT
//
// InputStreamReader: passes well-formed UTF-8 unchanged and the rest as U+FFFD, wherever chunks are split.
#include <netlite/buffered_reader.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/input_stream_reader.hpp>

#include "support/scripted_streams.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace netlite;
using netlite::test::RecordingOutputStream;
using netlite::test::ScriptedInputStream;
using namespace std::string_literals;

const std::string kReplacement = "\xEF\xBF\xBD";
const std::string kKorean = "\xED\x95\x9C\xEA\xB8\x80";  // two three-byte characters
const std::string kEmoji = "\xF0\x9F\x98\x80";

std::string decoded(const std::string& bytes) {
  InputStreamReader reader{ByteArrayInputStream(bytes)};
  return reader.readAllBytes();
}

// Decodes the bytes, which arrive in chunks of `chunk`, with reads of `room` bytes.
std::string decodedInPieces(const std::string& bytes, std::size_t chunk, std::size_t room) {
  ScriptedInputStream stream;
  for (std::size_t i = 0; i < bytes.size(); i += chunk) stream.gives(bytes.substr(i, chunk));
  InputStreamReader reader(stream);
  std::string text;
  std::string buffer(room, '\0');
  while (const std::size_t count = reader.read(buffer.data(), room)) text.append(buffer, 0, count);
  return text;
}

TEST(InputStreamReaderTest, WellFormedTextPassesUnchanged) {
  const std::string text = "plain ASCII, more than eight bytes\r\n"s + '\0' + kKorean + "a" + kEmoji + "\xC3\xA9";
  EXPECT_EQ(decoded(text), text);
}

TEST(InputStreamReaderTest, AByteOrderMarkIsKept) { EXPECT_EQ(decoded("\xEF\xBB\xBFx"), "\xEF\xBB\xBFx"); }

TEST(InputStreamReaderTest, TheFirstAndLastCharacterOfEachLengthPass) {
  const std::string text =
      "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF";
  EXPECT_EQ(decoded(text), text);
}

TEST(InputStreamReaderTest, AMalformedByteDoesNotSwallowTheNext) {
  EXPECT_EQ(decoded("\xC3("), kReplacement + "(");
  EXPECT_EQ(decoded("\xE2\x82"
                    "A"),
            kReplacement + "A");
}

// The examples of The Unicode Standard, section 3.9, tables 3-8 to 3-11.
TEST(InputStreamReaderTest, EachMaximalSubpartIsReplacedOnce) {
  const auto replaced = [](int count) {
    std::string text;
    while (count-- > 0) text += kReplacement;
    return text;
  };
  EXPECT_EQ(decoded("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                    "A"),
            replaced(8) + "A");
  EXPECT_EQ(decoded("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                    "A"),
            replaced(8) + "A");
  EXPECT_EQ(decoded("\xF4\x91\x92\x93\xFF"
                    "A\x80\xBF"
                    "B"),
            replaced(5) + "A" + replaced(2) + "B");
  EXPECT_EQ(decoded("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                    "A"),
            replaced(4) + "A");
}

TEST(InputStreamReaderTest, BytesThatNeverOccurInUtf8AreReplaced) {
  for (const char byte : "\x80\xBF\xC0\xC1\xF5\xFE\xFF"s) EXPECT_EQ(decoded(std::string(1, byte)), kReplacement);
}

TEST(InputStreamReaderTest, ACharacterCutByTheEndIsReplacedOnce) {
  EXPECT_EQ(decoded("a\xF0\x9F\x98"), "a" + kReplacement);
  EXPECT_EQ(decoded("a\xE2"), "a" + kReplacement);
}

TEST(InputStreamReaderTest, ChunkAndBufferSizesMakeNoDifference) {
  const std::string bytes = "a" + kKorean + "\xE2\x82(" + kEmoji + "\xF0\x9F\xFFxyz\xED\xA0\x80 0123456789\xC3";
  const std::string text = decoded(bytes);
  for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk) {
    for (std::size_t room = 1; room <= 12; ++room) ASSERT_EQ(decodedInPieces(bytes, chunk, room), text);
  }
}

TEST(InputStreamReaderTest, AReadWithholdsAnIncompleteCharacter) {
  ScriptedInputStream stream;
  stream.gives("a\xED\x95").gives("\x9C");
  InputStreamReader reader(stream);
  std::array<char, 10> buffer{};
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 1U);
  EXPECT_EQ(reader.read(buffer.data(), buffer.size()), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "\xED\x95\x9C");
}

TEST(InputStreamReaderTest, ATimeoutInsideACharacterLosesNoInput) {
  ScriptedInputStream stream;
  stream.gives("\xC3").timesOut().gives("\xA9\n");
  BufferedReader reader{InputStreamReader(stream)};
  EXPECT_THROW(reader.readLine(), SocketTimeoutException);
  EXPECT_EQ(reader.readLine(), "\xC3\xA9");
}

TEST(InputStreamReaderTest, AMalformedByteDoesNotSwallowTheLineEnd) {
  BufferedReader reader{InputStreamReader(ByteArrayInputStream("\xC3\nA\n"))};
  EXPECT_EQ(reader.readLine(), kReplacement);
  EXPECT_EQ(reader.readLine(), "A");
  EXPECT_EQ(reader.readLine(), std::nullopt);
}

TEST(InputStreamReaderTest, ReadAllowsNullOnlyWithSizeZero) {
  ScriptedInputStream stream;
  InputStreamReader reader(stream);
  EXPECT_EQ(reader.read(nullptr, 0), 0U);
  EXPECT_THROW(reader.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.readCount(), 0U);
}

TEST(InputStreamReaderTest, ReadsNoMoreThanTheCallerRequests) {
  ScriptedInputStream stream;
  stream.gives("abcdefgh");
  InputStreamReader reader(stream);
  std::array<char, 5> buffer{};
  reader.read(buffer.data(), buffer.size());
  EXPECT_EQ(stream.readSizes(), std::vector<std::size_t>{5});
}

TEST(InputStreamReaderTest, AvailableDoesNotCountIncompleteCharacters) {
  ScriptedInputStream stream;
  stream.gives("\xED\x95").gives("\x9Cxy");
  InputStreamReader reader(stream);
  EXPECT_EQ(reader.available(), 0U);
  EXPECT_GE(reader.available(), 1U);
  EXPECT_EQ(reader.readAllBytes(), "\xED\x95\x9Cxy");
  EXPECT_EQ(reader.available(), 0U);
}

TEST(InputStreamReaderTest, AvailableCountsDecodedText) {
  ScriptedInputStream stream;
  stream.gives("\xFF\xFF");
  InputStreamReader reader(stream);
  EXPECT_EQ(reader.available(), 6U);
  EXPECT_EQ(reader.read(), 0xEF);
  EXPECT_EQ(reader.available(), 5U);
  EXPECT_EQ(reader.readAllBytes(), (kReplacement + kReplacement).substr(1));
}

TEST(InputStreamReaderTest, AvailableIsALowerBound) {
  ScriptedInputStream stream;
  stream.gives("abcdefg\xED\x95").givesLate("\x9C");
  InputStreamReader reader(stream);
  EXPECT_GE(reader.available(), 6U);
  EXPECT_LE(reader.available(), 7U);
}

TEST(InputStreamReaderTest, AwaitInputAsksTheUnderlyingStream) {
  ScriptedInputStream stream;
  InputStreamReader reader(stream);
  EXPECT_TRUE(reader.awaitInput(std::chrono::milliseconds(7)));
  stream.setIdle(true);
  EXPECT_FALSE(reader.awaitInput(std::chrono::milliseconds(8)));
  EXPECT_EQ(stream.patiences(),
            (std::vector<std::chrono::milliseconds>{std::chrono::milliseconds(7), std::chrono::milliseconds(8)}));
}

TEST(InputStreamReaderTest, AwaitInputReportsDecodedText) {
  ScriptedInputStream stream;
  stream.gives("\xFF");
  stream.setIdle(true);
  InputStreamReader reader(stream);
  reader.read();
  EXPECT_TRUE(reader.awaitInput(std::chrono::milliseconds(1)));
}

TEST(InputStreamReaderTest, PutsBackBytesThatATransferCouldNotWrite) {
  InputStreamReader reader{ByteArrayInputStream("abc\xFF" + kKorean)};
  RecordingOutputStream out;
  out.timesOutAfter(4);
  EXPECT_THROW(reader.transferTo(out), SocketTimeoutException);
  EXPECT_EQ(out.bytes() + reader.readAllBytes(), "abc" + kReplacement + kKorean);
}

TEST(InputStreamReaderTest, CloseClosesTheUnderlyingStream) {
  ScriptedInputStream stream;
  InputStreamReader reader(stream);
  reader.close();
  EXPECT_EQ(stream.closeCount(), 1);
}

TEST(InputStreamReaderTest, AcceptsAStreamOnTheHeapAndRefusesNull) {
  InputStreamReader reader(std::make_unique<ByteArrayInputStream>("a"));
  EXPECT_EQ(reader.read(), 'a');
  EXPECT_THROW(InputStreamReader(std::unique_ptr<InputStream>()), std::invalid_argument);
}

TEST(InputStreamReaderTest, MovesWithItsBufferedBytes) {
  ScriptedInputStream stream;
  stream.gives("\xC3").timesOut().gives("\xA9");
  InputStreamReader reader(stream);
  EXPECT_THROW(reader.read(), SocketTimeoutException);
  InputStreamReader moved(std::move(reader));
  EXPECT_EQ(moved.readAllBytes(), "\xC3\xA9");
}

}  // namespace
