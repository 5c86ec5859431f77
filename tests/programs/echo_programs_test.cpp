// SPDX-License-Identifier: MIT
//
// Tests echo_server and echo_client, and the behaviour that all example programs share.
// Thread-safety: each test has its own programs.
#include "support/pace.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <vector>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

std::size_t countLines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// --- behaviour of all programs ---

class ProgramTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ProgramTest, HelpGoesToStandardOutput) {
  Process program(example(GetParam(), {"--help"}));
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output.rfind(std::string("usage: ") + GetParam(), 0), 0u) << program.output;
  EXPECT_EQ(program.err.readAll(), "");
}

TEST_P(ProgramTest, HelpMayStandAnywhere) {
  Process program(example(GetParam(), {"nonsense", "--help"}));
  EXPECT_EQ(program.wait(), 0);
}

TEST_P(ProgramTest, UnknownOptionGivesOneLineAndExitCodeTwo) {
  Process program(example(GetParam(), {"--nonsense"}));
  EXPECT_EQ(program.wait(), 2);
  EXPECT_EQ(program.output, "");
  const std::string errors = program.err.readAll();
  EXPECT_EQ(countLines(errors), 1u) << errors;
  EXPECT_NE(errors.find("--nonsense"), std::string::npos) << errors;
}

TEST_P(ProgramTest, LineEndsAndControlCharactersOfAnArgumentAreNotPrinted) {
  Process program(example(GetParam(), {"--non\nsen\x1b[31mse"}));
  EXPECT_EQ(program.wait(), 2);
  const std::string errors = program.err.readAll();
  EXPECT_EQ(countLines(errors), 1u) << errors;
  EXPECT_EQ(errors.find('\x1b'), std::string::npos) << errors;
}

TEST_P(ProgramTest, TooManyArgumentsGiveOneLineAndExitCodeTwo) {
  Process program(example(GetParam(), {"1", "2", "3", "4"}));
  EXPECT_EQ(program.wait(), 2);
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, ProgramTest,
                         ::testing::Values("echo_server", "echo_client", "reply_server", "chat_server", "chat_client",
                                           "broadcast_server", "broadcast_client", "udp_upper_server",
                                           "udp_upper_client"));

class ServerTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ServerTest, BadPortGivesOneLineAndExitCodeTwo) {
  for (const char* port : {"65536", "-1", "3000x", "", "0x50"}) {
    Process program(example(GetParam(), {port}));
    EXPECT_EQ(program.wait(), 2) << port;
    EXPECT_EQ(countLines(program.err.readAll()), 1u) << port;
  }
}

TEST_P(ServerTest, EndsGracefullyBeforeAnyClientConnects) {
  for (const StopSignal signal : gracefulStopSignals()) {
    Server server(GetParam());
    EXPECT_EQ(server.end(signal), 0);
    EXPECT_EQ(server.process.err.readAll(), "");
  }
}

INSTANTIATE_TEST_SUITE_P(All, ServerTest,
                         ::testing::Values("echo_server", "reply_server", "chat_server", "broadcast_server",
                                           "udp_upper_server"));

class TcpServerProgramTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TcpServerProgramTest, EndsGracefullyWithClients) {
  for (const StopSignal signal : gracefulStopSignals()) {
    Server server(GetParam());
    Peer idle(server.port);
    Peer talking(server.port);
    talking.say("hello");
    EXPECT_NE(talking.hear(), "(end)");
    EXPECT_EQ(server.end(signal), 0);
    EXPECT_EQ(idle.in.read(), -1);
    EXPECT_EQ(server.process.err.readAll(), "");
  }
}

TEST_P(TcpServerProgramTest, AnswersBeforeAnOverlongLineArrive) {
  Server server(GetParam());
  Peer peer(server.port);
  constexpr int kLines = 10000;  // the system buffers the answers, but not all of them on the peer's side
  peer.out.write(manyLines().substr(0, manyLines().find("\n" + std::to_string(kLines) + " ") + 1));
  for (int i = 0; i < 30; ++i) peer.out.write(std::string(100000, 'x'));
  peer.out.println();
  peer.out.flush();  // no answer has been read until here
  for (int i = 0; i < kLines; ++i) ASSERT_NE(peer.hear(), "(end)");
  EXPECT_EQ(peer.hear(), "(end)");
  EXPECT_EQ(server.end(), 0);
  const std::string address = "/127.0.0.1:" + std::to_string(peer.socket.getLocalPort());
  EXPECT_EQ(server.process.err.readAll().rfind(std::string(GetParam()) + ": dropped " + address + ": ", 0), 0u);
}

TEST_P(TcpServerProgramTest, PortInUseGivesOneLineAndExitCodeOne) {
  const Server first(GetParam());
  Process second(example(GetParam(), {first.portText()}));
  EXPECT_EQ(second.wait(), 1);
  EXPECT_EQ(second.output, "");
  EXPECT_EQ(countLines(second.err.readAll()), 1u);
}

TEST_P(TcpServerProgramTest, CanBeRestartedImmediately) {
  Server first(GetParam());
  Peer peer(first.port);
  peer.say("hello");
  peer.hear();
  first.end();
  Server second(GetParam(), {first.portText()});
  EXPECT_EQ(second.port, first.port);
}

INSTANTIATE_TEST_SUITE_P(All, TcpServerProgramTest, ::testing::Values("echo_server", "reply_server"));

class ClientTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ClientTest, RefusedConnectionGivesOneLineAndExitCodeOne) {
  const DeadPort dead;
  Process program = client(GetParam(), dead.number());
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(program.output, "");
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

TEST_P(ClientTest, BadPortGivesOneLineAndExitCodeTwo) {
  for (const char* port : {"0", "65536", "x"}) {
    Process program(example(GetParam(), {"127.0.0.1", port}));
    EXPECT_EQ(program.wait(), 2) << port;
    EXPECT_EQ(countLines(program.err.readAll()), 1u) << port;
  }
}

TEST_P(ClientTest, StopSignalsEndItGracefully) {
  for (const StopSignal signal : gracefulStopSignals()) {
    ServerSocket server = loopbackServer();
    Process program = client(GetParam(), server.getLocalPort());
    Peer peer = acceptPeer(server);
    program.type("hello\n");
    peer.hear();
    program.send(signal);
    EXPECT_EQ(program.wait(), 0);
    EXPECT_EQ(program.err.readAll(), "");
  }
}

TEST_P(ClientTest, OverlongLineOfTheInputGivesOneLineAndExitCodeOne) {
  ServerSocket server = loopbackServer();
  Process program = client(GetParam(), server.getLocalPort());
  Peer peer = acceptPeer(server);
  const auto typist = std::async(std::launch::async, [&] { program.type(std::string(17 * 1024 * 1024, 'x')); });
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(program.err.readAll(), std::string(GetParam()) + ": a line of the input is longer than 16 MiB\n");
}

INSTANTIATE_TEST_SUITE_P(All, ClientTest, ::testing::Values("echo_client", "chat_client", "broadcast_client"));

// --- echo_server ---

TEST(EchoServer, SendsEveryLineBack) {
  Server server("echo_server");
  Peer peer(server.port);
  for (const std::string line : {"hello", "", "안녕하세요 🙂", "quit"}) {
    peer.say(line);
    EXPECT_EQ(peer.hear(), line);
  }
}

TEST(EchoServer, ServesManyClientsConcurrently) {
  Server server("echo_server");
  std::vector<Peer> peers;
  for (int i = 0; i < 50; ++i) peers.emplace_back(server.port);
  for (int i = 0; i < 50; ++i) peers[static_cast<std::size_t>(i)].say("client " + std::to_string(i));
  for (int i = 49; i >= 0; --i) EXPECT_EQ(peers[static_cast<std::size_t>(i)].hear(), "client " + std::to_string(i));
}

TEST(EchoServer, AnswersLinesThatPrecedeTheEnd) {
  Server server("echo_server");
  Peer peer(server.port);
  peer.out.print("one\ntwo\r\nlast without an end");
  peer.out.flush();
  peer.socket.shutdownOutput();
  EXPECT_EQ(peer.in.readLine(), "one");
  EXPECT_EQ(peer.in.readLine(), "two");
  EXPECT_EQ(peer.in.readLine(), "last without an end");
  EXPECT_EQ(peer.in.readLine(), std::nullopt);
}

TEST(EchoServer, OverlongLineEndsOnlyItsClient) {
  Server server("echo_server");
  Peer other(server.port);
  Peer rude(server.port);
  rude.say(std::string(1024 * 1024 + 1, 'x'));
  rude.awaitClose();
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_NE(server.process.err.readLine().find("echo_server: "), std::string::npos);
  EXPECT_EQ(server.end(), 0);
}

TEST(EchoServer, ResetEndsOnlyItsClient) {
  Server server("echo_server");
  Peer other(server.port);
  Peer rude(server.port);
  rude.say("hello");
  rude.hear();
  rude.reset();
  if (readsReportResets()) {
    EXPECT_NE(server.process.err.readLine().find("echo_server: "), std::string::npos);
  }
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_EQ(server.end(), 0);
}

TEST(EchoServer, ClientThatNeverReadsDelaysNeitherOthersNorTheExit) {
  Server server("echo_server");
  Peer deaf(server.port);
  deaf.socket.setWriteTimeout(std::chrono::seconds(1));
  BufferedWriter flood(deaf.socket.getOutputStream());
  const std::string line(100000, 'x');
  EXPECT_THROW(for (;;)(flood.write(line), flood.newLine(), flood.flush()), SocketTimeoutException);
  Peer other(server.port);
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_EQ(server.end(), 0);
}

TEST(EchoServer, HasRoomForHundredsOfIdleClients) {
  Server server("echo_server");
  std::vector<Peer> idle;
  for (int i = 0; i < 400; ++i) idle.emplace_back(server.port);
  Peer other(server.port);
  other.say("still here?");
  EXPECT_EQ(other.hear(), "still here?");
  EXPECT_EQ(server.end(), 0);
}

// --- echo_client ---

TEST(EchoClient, PrintsEveryAnswerAndEndsWithItsInput) {
  Server server("echo_server");
  Process program = client("echo_client", server.port);
  program.type("hello\n\n안녕\n");
  EXPECT_EQ(program.out.readLine(), "From server: hello");
  EXPECT_EQ(program.out.readLine(), "From server: ");
  EXPECT_EQ(program.out.readLine(), "From server: 안녕");
  program.type("last without an end");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "From server: last without an end\n");
  EXPECT_EQ(program.err.readAll(), "");
}

TEST(EchoClient, NoInputIsNoError) {
  Server server("echo_server");
  Process program = client("echo_client", server.port);
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
}

TEST(EchoClient, SendsManyPipelinedLinesInOrder) {
  Server server("echo_server");
  Process program = client("echo_client", server.port);
  std::string input;
  std::string expected;
  for (int i = 0; i < 20000; ++i) {
    input += std::to_string(i) + "\n";
    expected += "From server: " + std::to_string(i) + "\n";
  }
  const auto typist = std::async(std::launch::async, [&] {
    program.type(input);
    program.endInput();
  });
  EXPECT_EQ(program.wait(), 0);
  typist.wait();
  EXPECT_EQ(program.output, expected);
}

TEST(EchoClient, CountsLinesAsTheServerDoes) {
  Server server("echo_server");
  Process program = client("echo_client", server.port);
  program.type("windows\r\nold mac\rlast\n");
  program.endInput();
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(program.output, "From server: windows\nFrom server: old mac\nFrom server: last\n");
}

TEST(EchoClient, DoesNotWaitForAServerThatKeepsTheConnectionOpen) {
  ServerSocket server = loopbackServer();
  Process program = client("echo_client", server.getLocalPort());
  Peer peer = acceptPeer(server);
  program.type("hello\n");
  EXPECT_EQ(peer.hear(), "hello");
  program.endInput();
  EXPECT_EQ(peer.hear(), "(end)");
  peer.say("hello");
  EXPECT_EQ(program.wait(), 0);  // the peer's side is still open
  EXPECT_EQ(program.output, "From server: hello\n");
}

TEST(EchoClient, ServerThatClosesBeforeAnsweringGivesExitCodeOne) {
  ServerSocket server = loopbackServer();
  Process program = client("echo_client", server.getLocalPort());
  Peer peer = acceptPeer(server);
  program.type("one\ntwo\n");
  EXPECT_EQ(peer.hear(), "one");
  EXPECT_EQ(peer.hear(), "two");
  peer.say("one");
  peer.socket.close();
  EXPECT_EQ(program.wait(), 1);  // its input is still open
  EXPECT_EQ(program.output, "From server: one\n");
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

TEST(EchoClient, ServerThatResetsGivesExitCodeOne) {
  ServerSocket server = loopbackServer();
  Process program = client("echo_client", server.getLocalPort());
  Peer peer = acceptPeer(server);
  program.type("one\n");
  EXPECT_EQ(peer.hear(), "one");
  peer.reset();
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

TEST(EchoClient, ServerThatLeavesBetweenLinesIsNoticedWithoutEnter) {
  ServerSocket server = loopbackServer();
  Process program = client("echo_client", server.getLocalPort());
  {
    Peer peer = acceptPeer(server);
    program.type("one\n");
    peer.say(peer.hear());
    EXPECT_EQ(program.out.readLine(), "From server: one");
  }
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

TEST(EchoClient, ServerThatLeavesAfterTheLastAnswerIsNoError) {
  const auto attempt = [](Pace& pace) {
    ServerSocket server = loopbackServer();
    Process program = client("echo_client", server.getLocalPort());
    {
      Peer peer = acceptPeer(server);
      program.type("one\n");
      peer.say(peer.hear());
      pace.step();
    }
    program.endInput();
    pace.step();
    EXPECT_EQ(program.out.readLine(), "From server: one");
    return program.wait() == 0 && program.err.readAll().empty();
  };
  EXPECT_TRUE(succeedsUnlessHeldUp(300ms, attempt));
}

TEST(EchoClient, UnknownHostGivesOneLineAndExitCodeOne) {
  Process program(example("echo_client", {"no-such-host.invalid", "3000"}));
  EXPECT_EQ(program.wait(), 1);
  EXPECT_EQ(countLines(program.err.readAll()), 1u);
}

}  // namespace
}  // namespace netlite::test
