// SPDX-License-Identifier: MIT
//
// What a line costs: the system calls of line_server_probe.cpp, counted from outside by strace, and the memory
// and descriptors that a connection holds.
#include "support/scratch_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // the sanitizers' own calls come between
#else
constexpr bool kSanitized = false;
#endif

constexpr int kCalls = 100;  // as in the probe
constexpr int kPipelined = 1000;
constexpr long kFewBytes = 4096;
constexpr int kFewCalls = 40;

using netlite::test::scratchFile;

using Counts = std::map<std::string, int>;

class SystemCallsTest : public testing::Test {
 protected:
  // A sanitizer's look for leaks does not work in a program that is traced.
  static bool run(const std::string& command) {
    return std::system(("ASAN_OPTIONS=detect_leaks=0 " + command + " 2>/dev/null").c_str()) == 0;
  }
};

class StraceTest : public SystemCallsTest {
 protected:
  void SetUp() override {
    if (!run("strace -o /dev/null true")) GTEST_SKIP() << "strace is not there, or may not trace";
  }

  // How often the probe's main thread has made which call between its marks.
  static Counts callsOf(const std::string& task) {
    const std::string file = scratchFile("strace");
    EXPECT_TRUE(run("strace -o " + file + " " NETLITE_LINE_SERVER_PROBE " " + task));
    std::ifstream lines(file);
    Counts counts;
    bool counting = false;
    for (std::string line; std::getline(lines, line);) {
      const bool begins = line.find("/netlite-probe/begin") != std::string::npos;
      if (line.find("/netlite-probe/end") != std::string::npos) counting = false;
      if (counting && isCounted(line)) ++counts[nameOfCall(line)];
      counting = counting || begins;
    }
    std::remove(file.c_str());
    return counts;
  }

  static int total(const Counts& counts) {
    int sum = 0;
    for (const auto& count : counts) sum += count.second;
    return sum;
  }

 private:
  // 32-bit x86 has recv and send as calls of their own, where others have recvfrom and sendto without an address.
  static std::string nameOfCall(const std::string& line) {
    const std::string name = line.substr(0, line.find('('));
    if (name == "recv") return "recvfrom";
    if (name == "send") return "sendto";
    return name;
  }

  static bool isCounted(const std::string& line) {
    if (!kSanitized) return true;
    for (const char* call : {"recvfrom(", "sendto(", "poll(", "ppoll(", "ioctl("}) {
      if (line.rfind(call, 0) == 0) return true;
    }
    return false;
  }
};

TEST_F(StraceTest, ALineReadAndAnsweredCostsTwoCalls) {
  EXPECT_EQ(callsOf("ping-pong"), (Counts{{"recvfrom", kCalls}, {"sendto", kCalls}}));
}

TEST_F(StraceTest, AReadWithoutTimeoutCostsOneCall) { EXPECT_EQ(callsOf("read"), (Counts{{"recvfrom", kCalls}})); }

TEST_F(StraceTest, AReadWithTimeoutCostsTwoCalls) {
  EXPECT_EQ(callsOf("timed-read"), (Counts{{"poll", kCalls}, {"recvfrom", kCalls}}));
}

TEST_F(StraceTest, AThousandPipelinedLinesFlushedOneByOneCostOneCallEach) {
  const Counts counts = callsOf("pipelined");
  EXPECT_EQ(counts.at("sendto"), kPipelined);
  EXPECT_LE(total(counts), kPipelined + kFewCalls);
}

TEST_F(StraceTest, AThousandPipelinedLinesOfATiedWriterCostAFewCalls) {
  const Counts counts = callsOf("tied");
  EXPECT_GT(total(counts), 0);
  EXPECT_LE(total(counts), kFewCalls);
}

TEST_F(StraceTest, AThreadInRunSleepsWhileClientsComeAndGo) {
  const Counts counts = callsOf("serve");
  EXPECT_LE(total(counts), kFewCalls);
}

using FootprintTest = SystemCallsTest;

TEST_F(FootprintTest, AnAcceptedConnectionTakesOneDescriptorAndItsReaderAndWriterNoBuffers) {
  const std::string file = scratchFile("fresh");
  ASSERT_TRUE(run(NETLITE_LINE_SERVER_PROBE " fresh >" + file));
  long descriptors = 0;
  long bytes = 0;
  std::ifstream(file) >> descriptors >> bytes;
  EXPECT_EQ(descriptors, 1);
  EXPECT_GT(bytes, 0);
  EXPECT_LT(bytes, 1024);
  std::remove(file.c_str());
}

TEST_F(FootprintTest, AReaderThatWaitsGivesItsBufferBack) {
  const std::string file = scratchFile("idle");
  ASSERT_TRUE(run(NETLITE_LINE_SERVER_PROBE " idle >" + file));
  long bytes = 0;
  std::ifstream(file) >> bytes;
  EXPECT_GT(bytes, 0);
  EXPECT_LT(bytes, kFewBytes);
  std::remove(file.c_str());
}

}  // namespace
