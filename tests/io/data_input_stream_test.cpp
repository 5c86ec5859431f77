// SPDX-License-Identifier: MIT
//
// DataInputStream: the values of bytes that a JDK has printed (java_data_table.hpp), and for every value its
// truncation, a timeout and a reset at each of its bytes; malformed texts; raw reads; closing.
#include <netlite/buffered_input_stream.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/data_input_stream.hpp>
#include <netlite/exceptions.hpp>

#include "java_data_table.hpp"
#include "support/hex.hpp"
#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace netlite;
using netlite::test::codeOf;
using netlite::test::fromHex;
using netlite::test::RecordingOutputStream;
using netlite::test::ScriptedInputStream;
using netlite::test::thrownBy;
using netlite::test::toHex;
using namespace std::string_literals;
namespace jdk = netlite::test::jdk;

DataInputStream dataOf(const std::string& hex) { return DataInputStream(ByteArrayInputStream(fromHex(hex))); }

template <typename Bits, typename Number>
Bits bitsOf(Number number) {
  Bits bits;
  static_assert(sizeof bits == sizeof number);
  std::memcpy(&bits, &number, sizeof bits);
  return bits;
}

// The bytes of a text with its length.
std::string wireOf(const std::string& bytes) {
  return std::string{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size() & 0xFF)} + bytes;
}

std::string restOf(InputStream& in) { return in.readAllBytes(); }

// ---- the values that Java reads

TEST(DataInputStreamTest, BooleansAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kBooleans) {
    EXPECT_EQ(dataOf(value.bytes).readBoolean(), value.value != 0);
  }
  EXPECT_TRUE(dataOf("80").readBoolean());
}

TEST(DataInputStreamTest, BytesAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kBytes) {
    EXPECT_EQ(dataOf(value.bytes).readByte(), static_cast<std::int8_t>(value.value));
    EXPECT_EQ(dataOf(value.bytes).readUnsignedByte(), static_cast<std::uint8_t>(value.value));
  }
}

TEST(DataInputStreamTest, ShortsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kShorts) {
    EXPECT_EQ(dataOf(value.bytes).readShort(), static_cast<std::int16_t>(value.value));
    EXPECT_EQ(dataOf(value.bytes).readUnsignedShort(), static_cast<std::uint16_t>(value.value));
  }
}

TEST(DataInputStreamTest, CharsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kChars) {
    EXPECT_EQ(dataOf(value.bytes).readChar(), static_cast<char16_t>(value.value));
  }
}

TEST(DataInputStreamTest, IntsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kInts) EXPECT_EQ(dataOf(value.bytes).readInt(), value.value);
}

TEST(DataInputStreamTest, LongsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kLongs) EXPECT_EQ(dataOf(value.bytes).readLong(), value.value);
}

TEST(DataInputStreamTest, FloatsAreThoseOfJava) {
  for (const jdk::Bits& value : jdk::kFloats) {
    EXPECT_EQ(bitsOf<std::uint32_t>(dataOf(value.bytes).readFloat()), std::stoul(value.bytes, nullptr, 16));
  }
}

TEST(DataInputStreamTest, DoublesAreThoseOfJava) {
  for (const jdk::Bits& value : jdk::kDoubles) {
    EXPECT_EQ(bitsOf<std::uint64_t>(dataOf(value.bytes).readDouble()), std::stoull(value.bytes, nullptr, 16));
  }
}

TEST(DataInputStreamTest, TextsAreThoseOfJava) {
  for (const jdk::Text& text : jdk::kTexts) EXPECT_EQ(toHex(dataOf(text.bytes).readUTF()), text.utf8);
}

TEST(DataInputStreamTest, ATextOfTheGreatestLengthIsRead) {
  const std::string text(65535, 't');
  EXPECT_EQ(DataInputStream(ByteArrayInputStream(wireOf(text))).readUTF(), text);
}

// ---- malformed texts

// What Java reads is read alike, except overlong forms and unpaired surrogates. These and what Java refuses are
// malformed.
TEST(DataInputStreamTest, WellFormedTextsAreThoseOfJava) {
  for (const jdk::Reading& reading : jdk::kReadings) {
    SCOPED_TRACE(reading.bytes);
    DataInputStream in{ByteArrayInputStream(wireOf(fromHex(reading.bytes)))};
    const bool isMalformed =
        reading.result == "refused" || reading.result == "overlong" || reading.result == "unpaired";
    if (!isMalformed) {
      EXPECT_EQ(toHex(in.readUTF()), reading.result);
      continue;
    }
    EXPECT_EQ(thrownBy<UTFDataFormatException>([&] { in.readUTF(); }).code(), std::errc::illegal_byte_sequence);
  }
}

TEST(DataInputStreamTest, AMalformedTextIsConsumedWhole) {
  for (const jdk::Reading& reading : jdk::kReadings) {
    SCOPED_TRACE(reading.bytes);
    const std::string text = fromHex(reading.bytes);
    for (const std::string& malformed : {"\x80" + text, text + "\xFF", text + "\xED"}) {
      DataInputStream in{ByteArrayInputStream(wireOf(malformed) + "next")};
      EXPECT_THROW(in.readUTF(), UTFDataFormatException);
      EXPECT_EQ(in.readInt(), 0x6E657874);
    }
  }
}

TEST(DataInputStreamTest, TheMessageSaysWhereATextIsMalformed) {
  DataInputStream in{ByteArrayInputStream(wireOf("ab\xC0\x80\xED\x95\x9C\x80"))};
  const auto refusal = thrownBy<UTFDataFormatException>([&] { in.readUTF(); });
  EXPECT_NE(std::string(refusal.what()).find("readUTF: around byte 7"), std::string::npos) << refusal.what();
}

// ---- every value, in pieces

struct Value {
  const char* name;
  std::string bytes;
  std::function<std::string(DataInputStream&)> read;  // the value as text
};

std::ostream& operator<<(std::ostream& out, const Value& value) { return out << value.name; }

const Value kValues[] = {
    {"Boolean", "\x01", [](DataInputStream& in) { return std::to_string(in.readBoolean()); }},
    {"Byte", "\xFE", [](DataInputStream& in) { return std::to_string(in.readByte()); }},
    {"UnsignedByte", "\xFE", [](DataInputStream& in) { return std::to_string(in.readUnsignedByte()); }},
    {"Short", "\xFE\x01", [](DataInputStream& in) { return std::to_string(in.readShort()); }},
    {"UnsignedShort", "\xFE\x01", [](DataInputStream& in) { return std::to_string(in.readUnsignedShort()); }},
    {"Char", "\xD5\x5C", [](DataInputStream& in) { return std::to_string(in.readChar()); }},
    {"Int", "\x01\x02\x03\x04", [](DataInputStream& in) { return std::to_string(in.readInt()); }},
    {"Long", "\x01\x02\x03\x04\x05\x06\x07\x08", [](DataInputStream& in) { return std::to_string(in.readLong()); }},
    {"Float", "\x40\x49\x0F\xDB", [](DataInputStream& in) { return std::to_string(in.readFloat()); }},
    {"Double", "\x40\x09\x21\xFB\x54\x44\x2D\x18", [](DataInputStream& in) { return std::to_string(in.readDouble()); }},
    {"ShortText", wireOf("a\xC0\x80\xED\x95\x9C"), [](DataInputStream& in) { return in.readUTF(); }},
    {"LongText", wireOf("a text too long for the string itself \xED\xA0\xBD\xED\xB9\x82"),
     [](DataInputStream& in) { return in.readUTF(); }},
};

// The stream below: none between, or a BufferedInputStream of this size.
constexpr std::size_t kUnbuffered = 0;
constexpr std::size_t kSizes[] = {kUnbuffered, 1, 2, 3, 5, 7, 8192};

DataInputStream dataOn(const ScriptedInputStream& stream, std::size_t size) {
  return size == kUnbuffered ? DataInputStream(stream) : DataInputStream(BufferedInputStream(stream, size));
}

class EveryValueTest : public testing::TestWithParam<Value> {
 protected:
  // Calls `test` for each position in the value, with each stream below.
  static void atEachByte(const std::function<void(std::size_t position, std::size_t size)>& test) {
    for (const std::size_t size : kSizes) {
      for (std::size_t position = 0; position < bytes().size(); ++position) {
        SCOPED_TRACE("buffer of " + std::to_string(size) + ", byte " + std::to_string(position));
        test(position, size);
      }
    }
  }

  static const std::string& bytes() { return GetParam().bytes; }
  static std::string read(DataInputStream& in) { return GetParam().read(in); }
  static std::string value() {
    DataInputStream in{ByteArrayInputStream(bytes())};
    return read(in);
  }
};

TEST_P(EveryValueTest, ArrivesInPieces) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.gives(bytes().substr(position)).gives(bytes());
    DataInputStream in = dataOn(stream, size);
    EXPECT_EQ(read(in), value());
    EXPECT_EQ(read(in), value());
    EXPECT_EQ(in.read(), -1);
  });
}

TEST_P(EveryValueTest, TheEndInsideItIsAnEofException) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.ends().gives("z");
    DataInputStream in = dataOn(stream, size);
    const auto end = thrownBy<EOFException>([&] { read(in); });
    EXPECT_EQ(end.bytesTransferred(), position);
    EXPECT_EQ(end.code(), std::errc::no_message_available);
    EXPECT_EQ(in.read(), 'z');  // the value's bytes are gone
  });
}

TEST_P(EveryValueTest, ATimeoutInsideItLosesNothing) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.timesOut().timesOut().gives(bytes().substr(position) + bytes());
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(read(in), SocketTimeoutException);
    EXPECT_EQ(in.available(), position);
    EXPECT_THROW(read(in), SocketTimeoutException);
    EXPECT_EQ(in.available(), 2 * bytes().size());
    EXPECT_EQ(read(in), value());
    EXPECT_EQ(read(in), value());
  });
}

TEST_P(EveryValueTest, AfterATimeoutItsBytesComeFirstInRawReads) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.timesOut().gives(bytes().substr(position));
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(read(in), SocketTimeoutException);
    EXPECT_EQ(restOf(in), bytes());
  });
}

TEST_P(EveryValueTest, AfterATimeoutItsBytesCanBeReadAsBytes) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.timesOut().gives(bytes().substr(position));
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(read(in), SocketTimeoutException);
    for (const char byte : bytes()) EXPECT_EQ(in.readByte(), static_cast<signed char>(byte));
  });
}

TEST_P(EveryValueTest, AfterATimeoutItsBytesCanBeSkipped) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.timesOut().gives(bytes().substr(position) + "z");
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(read(in), SocketTimeoutException);
    EXPECT_EQ(in.skipBytes(bytes().size()), bytes().size());
    EXPECT_EQ(in.read(), 'z');
  });
}

TEST_P(EveryValueTest, AResetInsideItKeepsItsBytes) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.isReset();
    DataInputStream in = dataOn(stream, size);
    EXPECT_EQ(thrownBy<SocketException>([&] { read(in); }).code(), std::errc::connection_reset);
    EXPECT_EQ(restOf(in), bytes().substr(0, position));
  });
}

TEST_P(EveryValueTest, FollowsAnyOtherValueAfterATimeout) {
  for (const std::size_t size : kSizes) {
    ScriptedInputStream stream;
    stream.gives("\x7F").timesOut().gives("\x01" + bytes());
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(in.readShort(), SocketTimeoutException);
    EXPECT_EQ(in.readShort(), 0x7F01);
    EXPECT_EQ(read(in), value());
  }
}

TEST_P(EveryValueTest, SurvivesAMoveInTheMiddle) {
  atEachByte([](std::size_t position, std::size_t size) {
    ScriptedInputStream stream;
    if (position != 0) stream.gives(bytes().substr(0, position));
    stream.timesOut().gives(bytes().substr(position));
    DataInputStream first = dataOn(stream, size);
    EXPECT_THROW(read(first), SocketTimeoutException);
    DataInputStream second(std::move(first));
    DataInputStream in = dataOf("");
    in = std::move(second);
    EXPECT_EQ(read(in), value());
  });
}

INSTANTIATE_TEST_SUITE_P(Values, EveryValueTest, testing::ValuesIn(kValues),
                         [](const auto& test) { return test.param.name; });

// ---- what is read from the stream below

TEST(DataInputStreamTest, ReadsNoMoreThanTheValue) {
  ScriptedInputStream stream;
  stream.gives("\x01\x02\x03\x04" + wireOf("text") + "rest");
  DataInputStream in(stream);
  in.readInt();
  in.readUTF();
  EXPECT_EQ(restOf(stream), "rest");
}

TEST(DataInputStreamTest, AnArrivedNumberIsOneReadOfTheStreamBelow) {
  ScriptedInputStream stream;
  stream.gives("\x01\x02\x03\x04\x05\x06\x07\x08");
  DataInputStream in(stream);
  in.readInt();
  EXPECT_EQ(stream.readCount(), 1U);
  in.readInt();
  EXPECT_EQ(stream.readCount(), 2U);
}

TEST(DataInputStreamTest, OneBufferOfABufferedStreamServesManyValues) {
  ScriptedInputStream stream;
  stream.gives(std::string(4000, 'v'));
  DataInputStream in{BufferedInputStream(stream)};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(in.readInt(), 0x76767676);
  EXPECT_EQ(stream.readCount(), 1U);
}

TEST(DataInputStreamTest, AStreamDerivedFromABufferedOneIsRead) {
  struct Upper : BufferedInputStream {
    using BufferedInputStream::BufferedInputStream;
    using BufferedInputStream::read;
    std::size_t read(void* buffer, std::size_t size) override {
      const std::size_t count = BufferedInputStream::read(buffer, size);
      for (std::size_t i = 0; i < count; ++i) static_cast<char*>(buffer)[i] &= '\x5F';
      return count;
    }
  };
  DataInputStream in(std::make_unique<Upper>(ByteArrayInputStream("abcdefgh")));
  EXPECT_EQ(in.readInt(), 0x41424344);
  EXPECT_EQ(in.readInt(), 0x45464748);
}

TEST(DataInputStreamTest, RawReadsMixWithValues) {
  for (const std::size_t size : kSizes) {
    ScriptedInputStream stream;
    stream.gives("\x01\x02rawab" + wireOf("text") + "z");
    DataInputStream in = dataOn(stream, size);
    EXPECT_EQ(in.readShort(), 0x0102);
    std::string raw(3, '\0');
    in.readFully(&raw[0], raw.size());
    EXPECT_EQ(raw, "raw");
    EXPECT_EQ(in.read(), 'a');
    EXPECT_EQ(in.skipBytes(1), 1U);
    EXPECT_EQ(in.readUTF(), "text");
    EXPECT_EQ(in.read(), 'z');
    EXPECT_EQ(in.read(), -1);
  }
}

TEST(DataInputStreamTest, SkipBytesSkipsFewerOnlyAtTheEnd) {
  ScriptedInputStream stream;
  stream.gives("ab").gives("cd");
  DataInputStream in(stream);
  EXPECT_EQ(in.skipBytes(3), 3U);
  EXPECT_EQ(in.skipBytes(3), 1U);
  EXPECT_EQ(in.skipBytes(3), 0U);
}

TEST(DataInputStreamTest, ATimeoutInSkipBytesCountsTheBytesThatWereHeld) {
  ScriptedInputStream stream;
  stream.gives("ab").timesOut().gives("c").timesOut().gives("d");
  DataInputStream in(stream);
  EXPECT_THROW(in.readInt(), SocketTimeoutException);
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { in.skipBytes(9); }).bytesTransferred(), 3U);
  EXPECT_EQ(in.read(), 'd');
}

TEST(DataInputStreamTest, ATimeoutInReadFullyCountsTheBytesInTheBuffer) {
  ScriptedInputStream stream;
  stream.gives("ab").timesOut().gives("c").timesOut().gives("d");
  DataInputStream in(stream);
  EXPECT_THROW(in.readInt(), SocketTimeoutException);
  std::array<char, 4> buffer{};
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { in.readFully(buffer.data(), 4); }).bytesTransferred(), 3U);
  EXPECT_EQ(std::string(buffer.data(), 3), "abc");
  EXPECT_EQ(in.read(), 'd');
}

TEST(DataInputStreamTest, BytesThatATransferCouldNotWriteAreReadNext) {
  for (const std::size_t size : kSizes) {
    ScriptedInputStream stream;
    stream.gives("\x01\x02\x03\x04\x05\x06");
    RecordingOutputStream out;
    out.timesOutAfter(0);
    DataInputStream in = dataOn(stream, size);
    EXPECT_THROW(in.transferTo(out), SocketTimeoutException);
    EXPECT_EQ(in.readInt(), 0x01020304);
    EXPECT_EQ(in.readShort(), 0x0506);
  }
}

TEST(DataInputStreamTest, AvailableAddsWhatTheStreamBelowHas) {
  ScriptedInputStream stream;
  stream.gives("abc");
  DataInputStream in(stream);
  EXPECT_EQ(in.available(), 3U);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_EQ(in.available(), 2U);
}

TEST(DataInputStreamTest, HeldBytesAreAvailableWhenTheStreamBelowFails) {
  ScriptedInputStream stream;
  stream.gives("a").timesOut();
  DataInputStream in(stream);
  EXPECT_THROW(in.readShort(), SocketTimeoutException);
  stream.inAvailable([] { throw SocketException(codeOf(std::errc::operation_canceled), "available"); });
  EXPECT_EQ(in.available(), 1U);
  EXPECT_EQ(in.read(), 'a');
  EXPECT_THROW(in.available(), SocketException);
}

TEST(DataInputStreamTest, AwaitInputNeedNotWaitForHeldBytes) {
  ScriptedInputStream stream;
  stream.gives("a").timesOut();
  stream.setIdle(true);
  DataInputStream in(stream);
  EXPECT_FALSE(in.awaitInput(std::chrono::milliseconds(1)));
  EXPECT_THROW(in.readShort(), SocketTimeoutException);
  EXPECT_TRUE(in.awaitInput(std::chrono::milliseconds(1)));
}

TEST(DataInputStreamTest, PrefersWhatTheStreamBelowPrefers) {
  ScriptedInputStream stream;
  EXPECT_TRUE(DataInputStream(stream).prefersLargeReads());
  stream.setPrefersLargeReads(false);
  EXPECT_FALSE(DataInputStream(stream).prefersLargeReads());
}

// ---- arguments and closing

TEST(DataInputStreamTest, RefusesNull) {
  EXPECT_THROW(DataInputStream(std::unique_ptr<InputStream>()), std::invalid_argument);
  DataInputStream in = dataOf("00");
  EXPECT_THROW(in.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(in.read(nullptr, 0), 0U);
}

TEST(DataInputStreamTest, CloseClosesTheStreamBelow) {
  ScriptedInputStream stream;
  DataInputStream in(stream);
  in.close();
  EXPECT_EQ(stream.closeCount(), 1);
}

TEST(DataInputStreamTest, CloseDropsTheBufferBelow) {
  ScriptedInputStream stream;
  stream.gives("abcdefgh");
  DataInputStream in{BufferedInputStream(stream)};
  in.readInt();
  in.close();
  EXPECT_EQ(thrownBy<IOException>([&] { in.readInt(); }).code(), std::errc::operation_canceled);
}

TEST(DataInputStreamTest, TheDestructorClosesNothing) {
  ScriptedInputStream stream;
  { DataInputStream in(stream); }
  EXPECT_EQ(stream.closeCount(), 0);
}

}  // namespace
