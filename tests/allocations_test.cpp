// SPDX-License-Identifier: MIT
//
// Lines that come and go without taking memory: the calls of operator new are counted.
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

namespace {

thread_local long allocations = 0;  // of each thread, by itself

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void operator delete(void* pointer) noexcept { std::free(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { std::free(pointer); }

namespace {

using namespace netlite;
using namespace netlite::test;

constexpr int kLines = 1000;

class NullStream final : public OutputStream {
 public:
  using OutputStream::write;
  void write(const void*, std::size_t) override {}
};

std::string lines(int count, std::size_t length) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::string(length, 'x') + "\n";
  return text;
}

// How many allocations `work` makes.
template <typename Work>
long allocationsOf(Work work) {
  const long before = allocations;
  work();
  return allocations - before;
}

void readAll(BufferedReader& in, std::string& line, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(in.readLine(line));
}

class AllocationsTest : public testing::TestWithParam<std::size_t> {};

TEST_P(AllocationsTest, ReadLineIntoAStringMakesNonePerLine) {
  BufferedReader in{ByteArrayInputStream(lines(3 * kLines, GetParam()))};
  std::string line;
  readAll(in, line, kLines);  // the reader's buffer and the string grow
  EXPECT_EQ(allocationsOf([&] { readAll(in, line, kLines); }), 0);
}

TEST_P(AllocationsTest, PrintlnMakesNonePerLine) {
  PrintWriter out{NullStream()};
  const std::string line(GetParam(), 'x');
  for (int i = 0; i < kLines; ++i) out.println(line);
  EXPECT_EQ(allocationsOf([&] {
              for (int i = 0; i < kLines; ++i) out.println(line);
            }),
            0);
}

TEST_P(AllocationsTest, ALineReadAndAnsweredOverASocketMakesNone) {
  Pair pair = connectedPair();
  BufferedReader in(pair.server.getInputStream());
  PrintWriter out(pair.server.getOutputStream());
  SocketOutputStream question = pair.client.getOutputStream();
  SocketInputStream answer = pair.client.getInputStream();
  const std::string sent = lines(1, GetParam());
  std::string received(sent.size(), '\0');
  std::string line;
  const auto exchange = [&](int count) {
    for (int i = 0; i < count; ++i) {
      question.write(sent);
      ASSERT_TRUE(in.readLine(line));
      out.println(line);
      out.flush();
      answer.readFully(&received[0], received.size());
    }
  };
  exchange(100);
  EXPECT_EQ(allocationsOf([&] { exchange(100); }), 0);
  EXPECT_EQ(received, sent);
}

INSTANTIATE_TEST_SUITE_P(LineLengths, AllocationsTest, testing::Values(16, 80, 1024),
                         [](const auto& test) { return std::to_string(test.param) + "Bytes"; });

}  // namespace
