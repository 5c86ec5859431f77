// SPDX-License-Identifier: MIT
//
// Streams over bytes in memory.
#include <netlite/byte_array_stream.hpp>
#include <netlite/exceptions.hpp>

#include "support/scripted_streams.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace {

using netlite::ByteArrayInputStream;
using netlite::ByteArrayOutputStream;
using netlite::SocketException;
using netlite::SocketTimeoutException;
using netlite::test::RecordingOutputStream;
using namespace std::string_literals;

TEST(ByteArrayInputStreamTest, ReturnsItsBytesAndThenTheEnd) {
  ByteArrayInputStream stream("a\0b"s);
  std::array<char, 2> buffer{};
  EXPECT_EQ(stream.read(buffer.data(), buffer.size()), 2U);
  EXPECT_EQ(std::string(buffer.data(), 2), "a\0"s);
  EXPECT_EQ(stream.read(), 'b');
  EXPECT_EQ(stream.read(), -1);
  EXPECT_EQ(stream.read(buffer.data(), buffer.size()), 0U);
}

TEST(ByteArrayInputStreamTest, ReadAllowsNullOnlyWithSizeZero) {
  ByteArrayInputStream stream("a");
  EXPECT_EQ(stream.read(nullptr, 0), 0U);
  EXPECT_THROW(stream.read(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.read(), 'a');
}

TEST(ByteArrayInputStreamTest, AvailableCountsTheRemainingBytes) {
  ByteArrayInputStream stream("abcde");
  EXPECT_EQ(stream.available(), 5U);
  EXPECT_EQ(stream.skip(3), 3U);
  EXPECT_EQ(stream.available(), 2U);
  EXPECT_EQ(stream.skip(std::numeric_limits<std::size_t>::max()), 2U);
  EXPECT_EQ(stream.available(), 0U);
}

TEST(ByteArrayInputStreamTest, ACopyHasItsOwnPosition) {
  ByteArrayInputStream stream("ab");
  stream.read();
  ByteArrayInputStream copy = stream;
  EXPECT_EQ(copy.read(), 'b');
  EXPECT_EQ(stream.read(), 'b');
}

TEST(ByteArrayInputStreamTest, PutsBackBytesThatATransferCouldNotWrite) {
  ByteArrayInputStream stream("abcde");
  stream.read();
  RecordingOutputStream broken;
  broken.fails(std::errc::broken_pipe);
  EXPECT_THROW(stream.transferTo(broken), SocketException);
  EXPECT_EQ(stream.readAllBytes(), "bcde");
}

// If each transfer moved the bytes that follow, this would take minutes.
TEST(ByteArrayInputStreamTest, PutsBytesBackWithoutMovingTheRest) {
  constexpr int kTransfers = 20000;
  ByteArrayInputStream stream(std::string(64 * 1024 * 1024, 'x'));
  RecordingOutputStream dripping;
  for (int i = 0; i < kTransfers; ++i) {
    dripping.timesOutAfter(1);
    EXPECT_THROW(stream.transferTo(dripping), SocketTimeoutException);
  }
  EXPECT_EQ(stream.available(), 64U * 1024 * 1024 - kTransfers);
}

TEST(ByteArrayOutputStreamTest, KeepsTheWrittenBytes) {
  ByteArrayOutputStream stream;
  stream.write("a\0"s);
  stream.write('b');
  stream.write("cd", 1);
  EXPECT_EQ(stream.toString(), "a\0bc"s);
  EXPECT_EQ(stream.size(), 4U);
}

TEST(ByteArrayOutputStreamTest, WriteAllowsNullOnlyWithSizeZero) {
  ByteArrayOutputStream stream;
  stream.write(nullptr, 0);
  EXPECT_THROW(stream.write(nullptr, 1), std::invalid_argument);
  EXPECT_EQ(stream.size(), 0U);
}

TEST(ByteArrayOutputStreamTest, CopiesShareTheirBytes) {
  ByteArrayOutputStream stream;
  ByteArrayOutputStream copy = stream;
  copy.write("a");
  stream.write("b");
  EXPECT_EQ(copy.toString(), "ab");
  stream.reset();
  EXPECT_EQ(copy.toString(), "");
}

TEST(ByteArrayOutputStreamTest, OutlivesItsCopies) {
  ByteArrayOutputStream stream;
  auto copy = std::make_unique<ByteArrayOutputStream>(stream);
  copy->write("a");
  copy.reset();
  EXPECT_EQ(stream.toString(), "a");
}

TEST(ByteArrayOutputStreamTest, AMovedFromStreamStillWorks) {
  ByteArrayOutputStream stream;
  ByteArrayOutputStream moved = std::move(stream);
  moved.write("a");
  EXPECT_EQ(stream.toString(), "a");
}

TEST(ByteArrayOutputStreamTest, SeveralThreadsCanWrite) {
  ByteArrayOutputStream stream;
  const auto work = [copy = stream]() mutable {
    for (int i = 0; i < 1000; ++i) copy.write("xy");
  };
  std::thread other(work);
  std::thread another(work);
  other.join();
  another.join();
  std::string expected;
  for (int i = 0; i < 2000; ++i) expected += "xy";
  EXPECT_EQ(stream.toString(), expected);
}

}  // namespace
