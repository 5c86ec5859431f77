// SPDX-License-Identifier: MIT
//
// The members that OutputStream implements in terms of write().
#include <netlite/output_stream.hpp>

#include "support/scripted_streams.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using netlite::OutputStream;
using netlite::test::RecordingOutputStream;
using namespace std::string_literals;

// A stream that implements only write().
class CountingStream : public OutputStream {
 public:
  using OutputStream::write;
  void write(const void*, std::size_t size) override { count += size; }

  std::size_t count = 0;
};

TEST(OutputStreamTest, AStreamThatOnlyWritesHasDefaults) {
  CountingStream stream;
  stream.write("abc");
  EXPECT_NO_THROW(stream.flush());
  EXPECT_NO_THROW(stream.close());
  EXPECT_EQ(stream.count, 3U);
}

TEST(OutputStreamTest, TextIsWrittenInOneCall) {
  RecordingOutputStream stream;
  stream.write("a\0b"s);
  EXPECT_EQ(stream.writes(), std::vector<std::string>{"a\0b"s});
}

TEST(OutputStreamTest, WriteOfANumberWritesItsLowEightBits) {
  RecordingOutputStream stream;
  stream.write(0x141);
  stream.write(-1);
  EXPECT_EQ(stream.bytes(), "A\xFF");
}

}  // namespace
