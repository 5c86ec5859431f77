// SPDX-License-Identifier: MIT
//
// The system calls that a line takes, which strace counts in line_server_probe.cpp and in the echo_server program, and
// the memory and descriptors that a connection holds.
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch_file.hpp"

#ifdef NETLITE_EXAMPLES
#include "support/programs.hpp"
#endif

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr int kCalls = 100;  // as in the probe
constexpr int kPipelined = 1000;
constexpr long kFewBytes = 4096;
constexpr int kFewCalls = 40;
constexpr int kFileSize = 64 << 20;
constexpr int kFewestBytesOfAPart = 64 << 10;  // on the average

using netlite::test::ScratchFile;
using netlite::test::scratchFile;

using Counts = std::map<std::string, int>;

class SystemCallsTest : public testing::Test {
 protected:
  // A sanitizer's leak check does not work in a traced program.
  static bool run(const std::string& command) {
    return std::system(("ASAN_OPTIONS=detect_leaks=0 " + command + " 2>/dev/null").c_str()) == 0;
  }
};

class StraceTest : public SystemCallsTest {
 protected:
  void SetUp() override {
    if (!run("strace -o /dev/null true")) GTEST_SKIP() << "strace is missing or not permitted";
  }

  // The number of each system call that the probe's main thread makes between its marks.
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

 protected:
  // 32-bit x86 has separate calls recv and send, where other systems use recvfrom and sendto without an address, and
  // sendfile64 for large files.
  static std::string nameOfCall(const std::string& line) {
    const std::string name = line.substr(0, line.find('('));
    if (name == "recv") return "recvfrom";
    if (name == "send") return "sendto";
    if (name == "sendfile64") return "sendfile";
    return name;
  }

  static bool isCounted(const std::string& line) {
    if (!netlite::test::kInstrumented) return true;  // sanitizers make their own system calls
    for (const char* call : {"recvfrom(", "sendto(", "sendfile(", "poll(", "ppoll(", "ioctl("}) {
      if (line.rfind(call, 0) == 0) return true;
    }
    return false;
  }
};

const Counts kTwoCallsPerLine{{"recvfrom", kCalls}, {"sendto", kCalls}};

TEST_F(StraceTest, ReadingAndAnsweringALineTakesTwoCalls) { EXPECT_EQ(callsOf("ping-pong"), kTwoCallsPerLine); }

TEST_F(StraceTest, ReadingAndAnsweringALineOverAUnixDomainSocketTakesTwoCalls) {
  EXPECT_EQ(callsOf("unix-ping-pong"), kTwoCallsPerLine);
}

#ifdef NETLITE_TEST_HAS_TLS
TEST_F(StraceTest, ReadingAndAnsweringALineOverTlsTakesTwoCalls) {
  EXPECT_EQ(callsOf("tls-ping-pong"), kTwoCallsPerLine);
}
#endif

TEST_F(StraceTest, ReadingAndAnsweringALineWithATiedWriterTakesTwoCalls) {
  EXPECT_EQ(callsOf("tied-ping-pong"), kTwoCallsPerLine);
}

#ifdef NETLITE_EXAMPLES
// The calls of each thread, keyed by its ID.
using CallsOfThreads = std::map<std::string, std::vector<std::string>>;

class EchoServerTest : public StraceTest {
 protected:
  // The calls that echo_server makes for a client that sends one line after the other.
  static std::vector<std::string> callsForLines(int count) {
    const std::string file = scratchFile("strace-echo");
    // With -D the server is the test's own child, not strace, so that the test can stop it.
    std::vector<std::string> command{"env", "ASAN_OPTIONS=detect_leaks=0", "strace", "-D", "-f", "-o", file};
    for (const std::string& word : netlite::test::example("echo_server", {"0"})) command.push_back(word);
    netlite::test::Server server{netlite::test::Process(command)};
    netlite::test::Peer peer(server.port);
    for (int i = 0; i < count; ++i) {
      peer.say("ping");
      EXPECT_EQ(peer.hear(), "ping");
    }
    peer.socket.close();
    server.end();
    std::vector<std::string> calls;
    netlite::test::eventually([&] { return !(calls = callsOfReader(file)).empty(); });  // strace may still be writing
    std::remove(file.c_str());
    return calls;
  }

 private:
  // The calls of the thread that reads from a client; none until it has ended.
  static std::vector<std::string> callsOfReader(const std::string& file) {
    CallsOfThreads threads;
    std::ifstream lines(file);
    for (std::string thread, call; lines >> thread && std::getline(lines >> std::ws, call);) {
      const bool hasEnded = call.rfind("+++ exited", 0) == 0;
      std::vector<std::string>& calls = threads[thread];
      if (hasEnded && std::count(calls.begin(), calls.end(), "recvfrom") > 1) return calls;
      if (call.rfind("<... ", 0) != 0 && isCounted(call)) calls.push_back(nameOfCall(call));
    }
    return {};
  }
};

TEST_F(EchoServerTest, ReadsAndAnswersALineWithTwoCalls) {
  const std::vector<std::string> calls = callsForLines(kCalls);
  const auto firstRead = std::find(calls.begin(), calls.end(), "recvfrom");
  const auto lastAnswer = std::find(calls.rbegin(), calls.rend(), "sendto").base();
  ASSERT_LT(firstRead, lastAnswer);
  Counts counts;
  for (auto call = firstRead; call != lastAnswer; ++call) ++counts[*call];
  EXPECT_EQ(counts, kTwoCallsPerLine);
}
#endif

TEST_F(StraceTest, AReadWithoutATimeoutTakesOneCall) { EXPECT_EQ(callsOf("read"), (Counts{{"recvfrom", kCalls}})); }

TEST_F(StraceTest, AReadWithATimeoutTakesTwoCalls) {
  EXPECT_EQ(callsOf("timed-read"), (Counts{{"poll", kCalls}, {"recvfrom", kCalls}}));
}

TEST_F(StraceTest, AThousandPipelinedLinesFlushedOneByOneTakeOneCallEach) {
  const Counts counts = callsOf("pipelined");
  EXPECT_EQ(counts.at("sendto"), kPipelined);
  EXPECT_LE(total(counts), kPipelined + kFewCalls);
}

TEST_F(StraceTest, AThousandPipelinedLinesOfATiedWriterTakeAFewCalls) {
  const Counts counts = callsOf("tied");
  EXPECT_GT(total(counts), 0);
  EXPECT_LE(total(counts), kFewCalls);
}

TEST_F(StraceTest, ABufferOfNumbersTakesOneCallToRead) { EXPECT_EQ(callsOf("read-ints").at("recvfrom"), 1); }

TEST_F(StraceTest, ANumberThatIsReadWithoutABufferTakesOneCall) {
  EXPECT_EQ(callsOf("raw-read-ints"), (Counts{{"recvfrom", kCalls}}));
}

TEST_F(StraceTest, ABufferOfNumbersTakesOneCallToSend) { EXPECT_EQ(callsOf("write-ints").at("sendto"), 1); }

TEST_F(StraceTest, ATextThatIsWrittenWithoutABufferTakesOneCall) {
  EXPECT_EQ(callsOf("write-texts"), (Counts{{"sendto", kCalls}}));
}

// Besides sendfile, each part may take a poll, and three calls that keep SIGPIPE away.
TEST_F(StraceTest, AFileIsSentWithoutReadingIt) {
  const ScratchFile file("send-file");
  file.write("");
  file.resize(kFileSize);
  Counts counts = callsOf("send-file " + file.path());
  EXPECT_EQ(counts["read"] + counts["recvfrom"] + counts["sendto"] + counts["write"], 0);
  EXPECT_GT(counts["sendfile"], 0);
  EXPECT_LE(counts["sendfile"], kFileSize / kFewestBytesOfAPart);
  EXPECT_LE(total(counts), 5 * counts["sendfile"] + kFewCalls);
}

TEST_F(StraceTest, AThreadInRunSleepsWhileClientsComeAndGo) {
  const Counts counts = callsOf("serve");
  EXPECT_LE(total(counts), kFewCalls);
}

// ---- virtual threads

class CarrierTest : public StraceTest {
 protected:
  // The system calls of a line that the carrier makes while each of its connections gets 100 lines.
  static double callsOfALine(int connections, const std::string& timed = "") {
    const std::string file = scratchFile("strace-carrier");
    EXPECT_TRUE(run("strace -f -o " + file + " " NETLITE_LINE_SERVER_PROBE " virtual-lines " +
                    std::to_string(connections) + timed));
    const int calls = callsOfCarrier(file);
    std::remove(file.c_str());
    return static_cast<double>(calls) / (connections * kCalls);
  }

 private:
  // What the thread that has made the marks does between them.
  static int callsOfCarrier(const std::string& file) {
    std::ifstream lines(file);
    std::string carrier;
    int count = 0;
    for (std::string thread, call; lines >> thread && std::getline(lines >> std::ws, call);) {
      if (call.find("/netlite-probe/begin") != std::string::npos) carrier = thread;
      if (call.find("/netlite-probe/end") != std::string::npos) return count;
      if (thread == carrier && isOfALine(call)) ++count;
    }
    return -1;
  }

  // Whether the call begins here: what strace shows as resumed was counted before.
  static bool isOfALine(const std::string& call) {
    const std::string name = nameOfCall(call);
    for (const char* counted :
         {"recvfrom", "sendto", "epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "ppoll", "futex"}) {
      if (name == counted) return true;
    }
    return false;
  }
};

TEST_F(CarrierTest, ALineOfManyConnectionsTakesLittleMoreThanTwoCalls) {
  const double calls = callsOfALine(64);
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, 2.1);
}

TEST_F(CarrierTest, AReadTimeoutCostsNothing) {
  const double calls = callsOfALine(64, " timed");
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, 2.1);
}

TEST_F(CarrierTest, ALineOfOneConnectionTakesThreeCalls) {
  const double calls = callsOfALine(1);
  EXPECT_GE(calls, 2);
  EXPECT_LE(calls, 3.1);  // with what the carrier does for the threads that make the marks
}

// ---- footprint

using FootprintTest = SystemCallsTest;

TEST_F(FootprintTest, AnAcceptedConnectionUsesOneDescriptorAndNoBuffersForItsReaderAndWriter) {
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

TEST_F(FootprintTest, AWaitingReaderFreesItsBuffer) {
  const std::string file = scratchFile("idle");
  ASSERT_TRUE(run(NETLITE_LINE_SERVER_PROBE " idle >" + file));
  long bytes = 0;
  std::ifstream(file) >> bytes;
  EXPECT_GT(bytes, 0);
  EXPECT_LT(bytes, kFewBytes);
  std::remove(file.c_str());
}

}  // namespace
