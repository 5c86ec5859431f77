// SPDX-License-Identifier: MIT
//
// DataOutputStream: the bytes of each value, which a JDK has printed (java_data_table.hpp), one write per value,
// refused texts, and the state after timeouts and errors.
#include <netlite/buffered_output_stream.hpp>
#include <netlite/byte_array_stream.hpp>
#include <netlite/data_output_stream.hpp>
#include <netlite/exceptions.hpp>

#include "java_data_table.hpp"
#include "support/hex.hpp"
#include "support/scripted_streams.hpp"
#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using netlite::test::fromHex;
using netlite::test::RecordingOutputStream;
using netlite::test::thrownBy;
using netlite::test::toHex;
using namespace std::string_literals;
namespace jdk = netlite::test::jdk;

using Writes = std::vector<std::string>;
using Writing = std::function<void(DataOutputStream&)>;

// The bytes of a value in hexadecimal digits.
std::string bytesOf(const Writing& write) {
  ByteArrayOutputStream sent;
  DataOutputStream out(sent);
  write(out);
  return toHex(sent.toString());
}

template <typename Number, typename Bits>
Number numberOf(Bits bits) {
  Number number;
  static_assert(sizeof number == sizeof bits);
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

const Writing kEveryValue[] = {
    [](DataOutputStream& out) { out.writeBoolean(true); },
    [](DataOutputStream& out) { out.writeByte(1); },
    [](DataOutputStream& out) { out.writeShort(2); },
    [](DataOutputStream& out) { out.writeChar(u'c'); },
    [](DataOutputStream& out) { out.writeInt(3); },
    [](DataOutputStream& out) { out.writeLong(4); },
    [](DataOutputStream& out) { out.writeFloat(5); },
    [](DataOutputStream& out) { out.writeDouble(6); },
    [](DataOutputStream& out) { out.writeUTF("seven"); },
    [](DataOutputStream& out) { out.writeUTF(std::string(65535, '8')); },
    [](DataOutputStream& out) { out.writeUTF("\0\xF0\x9F\x99\x82"s); },
    [](DataOutputStream& out) { out.writeBytes("nine"); },
};

// ---- the bytes that Java writes

TEST(DataOutputStreamTest, BooleansAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kBooleans) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeBoolean(value.value != 0); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, BytesAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kBytes) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeByte(static_cast<int>(value.value)); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, ShortsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kShorts) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeShort(static_cast<int>(value.value)); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, CharsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kChars) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeChar(static_cast<int>(value.value)); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, IntsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kInts) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeInt(static_cast<std::int32_t>(value.value)); }),
              value.bytes);
  }
}

TEST(DataOutputStreamTest, LongsAreThoseOfJava) {
  for (const jdk::Integer& value : jdk::kLongs) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeLong(value.value); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, FloatsAreThoseOfJava) {
  for (const jdk::Bits& value : jdk::kFloats) {
    const auto number = numberOf<float>(static_cast<std::uint32_t>(value.bits));
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeFloat(number); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, DoublesAreThoseOfJava) {
  for (const jdk::Bits& value : jdk::kDoubles) {
    const auto number = numberOf<double>(value.bits);
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeDouble(number); }), value.bytes);
  }
}

TEST(DataOutputStreamTest, TextsAreThoseOfJava) {
  for (const jdk::Text& text : jdk::kTexts) {
    EXPECT_EQ(bytesOf([&](DataOutputStream& out) { out.writeUTF(fromHex(text.utf8)); }), text.bytes) << text.utf8;
  }
}

TEST(DataOutputStreamTest, WriteBytesWritesNoLength) {
  EXPECT_EQ(bytesOf([](DataOutputStream& out) { out.writeBytes("a\0\xFF"s); }), "6100FF");
}

TEST(DataOutputStreamTest, RawBytesPassThrough) {
  EXPECT_EQ(bytesOf([](DataOutputStream& out) {
              out.write('a');
              out.write("bc");
              out.write("de", 1);
            }),
            "61626364");
}

// ---- how values are sent

TEST(DataOutputStreamTest, EachValueIsOneWriteOfTheStreamBelow) {
  for (const Writing& write : kEveryValue) {
    RecordingOutputStream sent;
    DataOutputStream out(sent);
    write(out);
    EXPECT_EQ(sent.writes().size(), 1U);
    EXPECT_EQ(sent.flushCount(), 0);
  }
}

TEST(DataOutputStreamTest, SizeCountsEveryByte) {
  ByteArrayOutputStream sent;
  DataOutputStream out(sent);
  EXPECT_EQ(out.size(), 0U);
  for (const Writing& write : kEveryValue) {
    write(out);
    EXPECT_EQ(out.size(), sent.size());
  }
  out.write("raw");
  EXPECT_EQ(out.size(), sent.size());
}

TEST(DataOutputStreamTest, SizeGoesBeyondFourGigabytes) {
  struct Hole : OutputStream {
    using OutputStream::write;
    void write(const void*, std::size_t) override {}
  };
  DataOutputStream out{Hole()};
  const std::string much(1 << 20, 'm');
  for (int i = 0; i < 5000; ++i) out.write(much);
  EXPECT_EQ(out.size(), 5000ULL << 20);
}

TEST(DataOutputStreamTest, ATimedOutValueIsTornAndCounted) {
  RecordingOutputStream sent;
  sent.timesOutAfter(3);
  DataOutputStream out(sent);
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.writeLong(0x0102030405060708); }).bytesTransferred(), 3U);
  EXPECT_EQ(toHex(sent.bytes()), "010203");
  EXPECT_EQ(out.size(), 3U);
}

TEST(DataOutputStreamTest, AFailedValueIsNotCounted) {
  RecordingOutputStream sent;
  sent.fails(std::errc::connection_reset);
  DataOutputStream out(sent);
  EXPECT_EQ(thrownBy<SocketException>([&] { out.writeInt(1); }).code(), std::errc::connection_reset);
  EXPECT_EQ(out.size(), 0U);
}

TEST(DataOutputStreamTest, ThroughABufferATimedOutValueIsTakenWhole) {
  RecordingOutputStream sent;
  sent.timesOutAfter(3);
  DataOutputStream out(BufferedOutputStream(sent, 10));
  out.writeLong(0x0102030405060708);
  EXPECT_EQ(thrownBy<SocketTimeoutException>([&] { out.writeInt(0x090A0B0C); }).bytesTransferred(), 4U);
  EXPECT_EQ(out.size(), 12U);
  out.flush();
  EXPECT_EQ(toHex(sent.bytes()), "0102030405060708090A0B0C");
}

// ---- texts that are refused

void expectRefused(const std::string& text, std::errc reason, const std::string& message) {
  RecordingOutputStream sent;
  DataOutputStream out(sent);
  const auto refusal = thrownBy<UTFDataFormatException>([&] { out.writeUTF(text); });
  EXPECT_EQ(refusal.code(), reason);
  EXPECT_NE(std::string(refusal.what()).find(message), std::string::npos) << refusal.what();
  EXPECT_TRUE(sent.writes().empty());
  EXPECT_EQ(out.size(), 0U);
}

TEST(DataOutputStreamTest, RefusesWhatIsNotUtf8) {
  for (const std::string text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xB0\x80",
                                 "\xED\xA0\x80\xED\xB0\x80", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x99", "\xF4\x90\x80\x80",
                                 "\xF5\x80\x80\x80", "\xFF"}) {
    expectRefused("a" + text + "z", std::errc::illegal_byte_sequence, "around byte 1");
    expectRefused("a" + text, std::errc::illegal_byte_sequence, "around byte 1");
  }
}

TEST(DataOutputStreamTest, RefusesTextThatIsTooLongOnTheWire) {
  expectRefused(std::string(65536, 'x'), std::errc::message_size, "65536 bytes");
  expectRefused(std::string(65534, 'x') + '\0', std::errc::message_size, "65536 bytes");
  expectRefused(std::string(65530, 'x') + "\xF0\x9F\x99\x82", std::errc::message_size, "65536 bytes");
}

TEST(DataOutputStreamTest, AcceptsTextThatIsJustShortEnough) {
  EXPECT_EQ(bytesOf([](DataOutputStream& out) { out.writeUTF(std::string(65533, 'x') + '\0'); }).substr(0, 6),
            "FFFF78");
  EXPECT_EQ(bytesOf([](DataOutputStream& out) { out.writeUTF(std::string(65529, 'x') + "\xF0\x9F\x99\x82"); }).size(),
            2U * 65537);
}

// ---- flushing, closing, moving

TEST(DataOutputStreamTest, FlushFlushesTheStreamBelow) {
  RecordingOutputStream sent;
  DataOutputStream out(sent);
  out.flush();
  EXPECT_EQ(sent.flushCount(), 1);
}

TEST(DataOutputStreamTest, CloseFlushesAndCloses) {
  RecordingOutputStream sent;
  DataOutputStream out(BufferedOutputStream{sent});
  out.writeInt(1);
  EXPECT_TRUE(sent.writes().empty());
  out.close();
  EXPECT_EQ(sent.bytes().size(), 4U);
  EXPECT_EQ(sent.closeCount(), 1);
}

TEST(DataOutputStreamTest, ClosingTwiceIsHarmless) {
  ByteArrayOutputStream sent;
  DataOutputStream out{BufferedOutputStream(sent)};
  out.writeByte('x');
  out.close();
  EXPECT_NO_THROW(out.close());
  EXPECT_EQ(sent.toString(), "x");
}

TEST(DataOutputStreamTest, CloseClosesEvenIfFlushingFails) {
  RecordingOutputStream sent;
  sent.failToFlush();
  DataOutputStream out(sent);
  EXPECT_EQ(thrownBy<IOException>([&] { out.close(); }).code(), std::errc::no_space_on_device);
  EXPECT_EQ(sent.closeCount(), 1);
}

TEST(DataOutputStreamTest, CloseReportsThatClosingTheStreamFailed) {
  RecordingOutputStream sent;
  sent.failToClose();
  DataOutputStream out(sent);
  EXPECT_EQ(thrownBy<IOException>([&] { out.close(); }).code(), std::errc::io_error);
}

TEST(DataOutputStreamTest, TheDestructorClosesNothing) {
  RecordingOutputStream sent;
  DataOutputStream(BufferedOutputStream(sent)).writeInt(1);
  EXPECT_EQ(sent.bytes().size(), 4U);  // flushed by the BufferedOutputStream
  EXPECT_EQ(sent.closeCount(), 0);
}

TEST(DataOutputStreamTest, RefusesNull) {
  EXPECT_THROW(DataOutputStream(std::unique_ptr<OutputStream>()), std::invalid_argument);
  RecordingOutputStream sent;  // it would take it
  DataOutputStream out(sent);
  EXPECT_THROW(out.write(nullptr, 1), std::invalid_argument);
}

TEST(DataOutputStreamTest, MovesWithItsSize) {
  ByteArrayOutputStream sent;
  DataOutputStream first(sent);
  first.writeInt(1);
  DataOutputStream second(std::move(first));
  second.writeInt(2);
  EXPECT_EQ(second.size(), 8U);
  DataOutputStream third(std::make_unique<ByteArrayOutputStream>());
  third = std::move(second);
  third.writeInt(3);
  EXPECT_EQ(toHex(sent.toString()), "000000010000000200000003");
}

}  // namespace
