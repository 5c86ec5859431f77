// SPDX-License-Identifier: MIT
//
// Tests the example programs with standard streams that are closed, full, broken, non-blocking or unread, and with
// signals that their parent made them ignore.
//
// Thread-safety: each test has its own programs.
#include "support/eventually.hpp"
#include "support/programs.hpp"
#include "support/unused_port.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

namespace netlite::test {
namespace {

// Starts an example program from a shell that runs the script `around`, in which "$@" is the program.
Process inShell(const std::string& around, const std::string& name, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> command{"sh", "-c", around, "sh"};
  for (const std::string& word : example(name, arguments)) command.push_back(word);
  return Process(command);
}

Process clientInShell(const std::string& around, const std::string& name, const ServerSocket& server) {
  return inShell(around, name, {"127.0.0.1", std::to_string(server.getLocalPort())});
}

// Sends lines until the program stops reading because its output is full.
void fillOutputOf(Peer& peer) {
  peer.socket.setWriteTimeout(std::chrono::seconds(1));
  const std::string line = std::string(999, 'y') + "\n";
  EXPECT_THROW(for (;;) peer.socket.getOutputStream().write(line.data(), line.size()), SocketTimeoutException);
}

// --- closed streams ---

TEST(ClosedStreams, ClosedInputCountsAsEmptyAndIsNotTheConnection) {
  ServerSocket server = loopbackServer();
  Process program = clientInShell("exec \"$@\" <&-", "echo_client", server);
  Peer peer = acceptPeer(server);
  peer.say("from the peer");
  EXPECT_EQ(peer.hear(), "(end)");
  EXPECT_EQ(program.wait(), 0);
}

TEST(ClosedStreams, ClosedOutputDoesNotGoToThePeer) {
  ServerSocket server = loopbackServer();
  Process program = clientInShell("exec \"$@\" >&-", "chat_client", server);
  Peer peer = acceptPeer(server);
  peer.say("my own words");
  peer.say("quit");
  EXPECT_EQ(peer.hear(), "(end)");
  EXPECT_EQ(program.wait(), 0);
}

TEST(ClosedStreams, ClosedErrorDoesNotGoToThePeer) {
  ServerSocket server = loopbackServer();
  Process program = clientInShell("exec \"$@\" 2>&-", "broadcast_client", server);
  Peer peer = acceptPeer(server);
  peer.say(std::string(4 * 1024 * 1024 + 1, 'x'));  // too long: an error
  EXPECT_EQ(peer.hear(), "(end)");
  EXPECT_EQ(program.wait(), 1);
}

TEST(ClosedStreams, ServersRunWithAllStreamsClosed) {
  const int port = unusedPort();
  Process program = inShell("exec \"$@\" <&- >&- 2>&-", "echo_server", {std::to_string(port)});
  EXPECT_TRUE(eventually([&] {
    try {
      Peer peer(port);
      peer.say("hello");
      return peer.hear() == "hello";
    } catch (const SocketException&) {
      return false;
    }
  }));
  program.send(StopSignal::terminate);
  EXPECT_EQ(program.wait(), 0);
}

// --- streams that fail ---

TEST(FailingStreams, OutputThatCannotBeWrittenGivesOneLineAndExitCodeOne) {
  if (!std::ifstream("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  for (const char* name : {"echo_client", "chat_client", "broadcast_client"}) {
    ServerSocket server = loopbackServer();
    Process program = clientInShell("exec \"$@\" >/dev/full", name, server);
    Peer peer = acceptPeer(server);
    program.type("hello\n");
    peer.hear();
    peer.say("hello");
    EXPECT_EQ(program.wait(), 1) << name;  // its input is still open
    EXPECT_EQ(program.err.readAll(), std::string(name) + ": write standard output: No space left on device\n");
  }
}

TEST(FailingStreams, ServerThatCannotReportItsPortGivesExitCodeOne) {
  if (!std::ifstream("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  for (const char* name : {"echo_server", "chat_server", "broadcast_server", "udp_upper_server"}) {
    Process program = inShell("exec \"$@\" >/dev/full", name, {"0"});
    EXPECT_EQ(program.wait(), 1) << name;
    EXPECT_EQ(program.err.readAll(), std::string(name) + ": write standard output: No space left on device\n");
  }
}

TEST(FailingStreams, DatagramClientReportsAFullOutput) {
  if (!std::ifstream("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  Server server("udp_upper_server");
  Process program = inShell("exec \"$@\" >/dev/full", "udp_upper_client", {"127.0.0.1", server.portText()});
  program.type("hello\n");
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(program.err.readAll(), "udp_upper_client: write standard output: No space left on device\n");
}

TEST(FailingStreams, HelpThatCannotBeWrittenGivesExitCodeOne) {
  if (!std::ifstream("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_EQ(inShell("exec \"$@\" >/dev/full", "echo_client", {"--help"}).wait(), 1);
}

TEST(FailingStreams, OutputWhoseReaderIsGoneGivesOneLineAndExitCodeOne) {
  OneSide side = OneSide::client();
  side.program.out.close();
  side.peer.say("hello");
  EXPECT_EQ(side.program.waitWithoutReading(), 1);
  EXPECT_EQ(side.program.err.readAll(), "chat_client: write standard output: Broken pipe\n");
}

TEST(FailingStreams, InputThatCannotBeReadGivesOneLineAndExitCodeOne) {
  for (const char* name : {"echo_client", "chat_client", "broadcast_client"}) {
    ServerSocket server = loopbackServer();
    Process program = clientInShell("exec \"$@\" </", name, server);
    Peer peer = acceptPeer(server);
    peer.awaitClose();
    peer.socket.close();
    EXPECT_EQ(program.wait(), 1) << name;
    EXPECT_EQ(program.err.readAll(), std::string(name) + ": read standard input: Is a directory\n");
  }
}

TEST(FailingStreams, ErrorLogWhoseReaderIsGoneDoesNotEndTheServer) {
  Server server("echo_server");
  server.process.err.close();
  for (int i = 0; i < 3; ++i) {
    Peer rude(server.port);
    rude.say("hello");
    rude.hear();
    rude.reset();
  }
  Peer other(server.port);
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_EQ(server.end(), 0);
}

// --- streams that are not read ---

TEST(UnreadStreams, ErrorLogDelaysNeitherClientsNorTheExit) {
  Server server("broadcast_server", {"0", "--max-clients", "10"});
#ifdef F_SETPIPE_SZ
  ::fcntl(static_cast<int>(server.process.err.source().get()), F_SETPIPE_SZ, 4096);
#endif
  for (int i = 0; i < 100; ++i) {  // more errors than the pipe takes
    Peer rude(server.port);
    rude.say(std::string(1024 * 1024 + 1, 'x'));
    rude.awaitClose();
  }
  Peer other(server.port);
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  server.process.send(StopSignal::terminate);
  EXPECT_EQ(server.process.waitWithoutReading(), 0);
}

class UnreadOutput : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, UnreadOutput, ::testing::Values("chat_client", "broadcast_client", "echo_client"));

TEST_P(UnreadOutput, DoesNotKeepTheProgramFromEnding) {
  for (const StopSignal signal : gracefulStopSignals()) {
    ServerSocket server = loopbackServer();
    Process program = client(GetParam(), server.getLocalPort());
    Peer peer = acceptPeer(server);
    fillOutputOf(peer);
    program.send(signal);
    EXPECT_EQ(program.waitWithoutReading(), 0);
  }
}

// --- non-blocking streams ---

TEST(NonblockingStreams, EverythingIsReadAndWritten) {
  ServerSocket server = loopbackServer();
  std::vector<std::string> command = example("chat_client", {"127.0.0.1", std::to_string(server.getLocalPort())});
  command.insert(command.begin(), NETLITE_NONBLOCKING);
  Process program(command);
  Peer peer = acceptPeer(server);
  peer.say("nothing is typed yet");
  EXPECT_EQ(program.out.readLine(), "nothing is typed yet");
  program.type("hello\n");
  EXPECT_EQ(peer.hear(), "hello");
  const std::string line(1000000, 'x');  // more than a pipe takes
  peer.say(line);
  EXPECT_EQ(program.out.readLine(), line);
}

// --- ignored signals ---

TEST(IgnoredSignals, StayIgnored) {
  Server server(inShell("trap '' HUP INT; exec \"$@\"", "echo_server", {"0"}));
  std::ifstream status("/proc/" + std::to_string(server.process.started().pid) + "/status");
  if (!status) GTEST_SKIP() << "only Linux shows which signals a program ignores";
  unsigned long long ignored = 0;
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigIgn:", 0) == 0) ignored = std::stoull(line.substr(7), nullptr, 16);
  }
  for (const int signal : {SIGHUP, SIGINT}) EXPECT_NE(ignored & 1ull << (signal - 1), 0u) << signal;
  EXPECT_EQ(ignored & 1ull << (SIGTERM - 1), 0u);
  EXPECT_EQ(server.end(), 0);
}

}  // namespace
}  // namespace netlite::test
