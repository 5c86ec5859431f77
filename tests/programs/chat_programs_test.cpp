// SPDX-License-Identifier: MIT
//
// Tests chat_server and chat_client as two people use them, with each other and with a scripted peer.
// Thread-safety: each test has its own programs.
#include "support/pace.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <utility>

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

// A chat_server and a chat_client connected to it.
struct Chat {
  Chat() { EXPECT_EQ(server.process.out.readLine(), "127.0.0.1 connected"); }

  Server server{"chat_server"};
  Process client = test::client("chat_client", server.port);
};

TEST(Chat, LinesGoBothWaysAtAnyTime) {
  Chat chat;
  chat.client.type("one\ntwo\n안녕하세요 🙂\n\n");
  for (const char* line : {"one", "two", "안녕하세요 🙂", ""})
    EXPECT_EQ(chat.server.process.out.readLine(), line);
  chat.server.process.type("three\nfour\n");
  for (const char* line : {"three", "four"}) EXPECT_EQ(chat.client.out.readLine(), line);
}

TEST(Chat, LongLinesArriveWhole) {
  Chat chat;
  const std::string line(300000, 'x');
  chat.client.type(line + "\n");
  EXPECT_EQ(chat.server.process.out.readLine(), line);
}

TEST(Chat, QuitEndsBothSidesImmediately) {
  for (const char* quit : {"quit\n", "QUIT\n", "Quit\r\n"}) {
    Chat chat;
    chat.client.type(quit);
    EXPECT_EQ(chat.client.wait(), 0);  // both inputs are still open
    EXPECT_EQ(chat.server.process.wait(), 0);
    EXPECT_EQ(chat.client.err.readAll() + chat.server.process.err.readAll(), "");
  }
}

TEST(Chat, TheServerMayQuitToo) {
  Chat chat;
  chat.server.process.type("bye\nqUiT\n");
  EXPECT_EQ(chat.server.process.wait(), 0);
  EXPECT_EQ(chat.client.wait(), 0);
  EXPECT_EQ(chat.client.output, "bye\n");
}

TEST(Chat, QuitMustBeTheWholeLine) {
  Chat chat;
  chat.client.type("quit it\n quit\nquit \nquitquit\nqui\n");
  for (const char* line : {"quit it", " quit", "quit ", "quitquit", "qui"}) {
    EXPECT_EQ(chat.server.process.out.readLine(), line);
  }
}

TEST(Chat, EndOfInputCountsAsQuit) {
  Chat chat;
  chat.client.type("last words");
  chat.client.endInput();
  EXPECT_EQ(chat.client.wait(), 0);
  EXPECT_EQ(chat.server.process.wait(), 0);
  EXPECT_EQ(chat.server.process.output, "last words\n");
}

TEST(Chat, BothMayQuitAtTheSameTime) {
  Chat chat;
  chat.client.type("quit\n");
  chat.server.process.type("quit\n");
  EXPECT_EQ(chat.client.wait(), 0);
  EXPECT_EQ(chat.server.process.wait(), 0);
}

TEST(Chat, ASecondClientIsRefused) {
  Chat chat;
  EXPECT_THROW(Socket(InetAddress::getLoopbackAddress(), chat.server.port), ConnectException);
  chat.client.type("still here\n");
  EXPECT_EQ(chat.server.process.out.readLine(), "still here");
}

TEST(Chat, InputTypedBeforeTheClientConnectsIsNotLost) {
  Server server("chat_server");
  server.process.type("early\n");
  Process program = client("chat_client", server.port);
  EXPECT_EQ(program.out.readLine(), "early");
}

TEST(Chat, StopSignalsCountAsQuit) {
  for (const StopSignal signal : gracefulStopSignals()) {
    Chat chat;
    chat.server.process.send(signal);
    EXPECT_EQ(chat.server.process.wait(), 0);
    EXPECT_EQ(chat.client.wait(), 0);
    EXPECT_EQ(chat.client.err.readAll() + chat.server.process.err.readAll(), "");
  }
}

class ChatProgramTest : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Both, ChatProgramTest, ::testing::Values("chat_client", "chat_server"));

TEST_P(ChatProgramTest, QuitIsSent) {
  OneSide side = OneSide::of(GetParam());
  side.program.type("QUIT\n");
  EXPECT_EQ(side.peer.hear(), "QUIT");
  EXPECT_EQ(side.peer.hear(), "(end)");
  EXPECT_EQ(side.program.wait(), 0);
}

TEST_P(ChatProgramTest, PeerThatClosesWithoutQuitGivesOneLineAndExitCodeOne) {
  OneSide side = OneSide::of(GetParam());
  side.peer.say("I will be right ba");
  side.peer.socket.close();
  EXPECT_EQ(side.program.wait(), 1);  // its input is still open
  EXPECT_EQ(side.program.output, "I will be right ba\n");
  const std::string errors = side.program.err.readAll();
  EXPECT_EQ(errors, std::string(GetParam()) + ": the other side has vanished\n");
}

TEST_P(ChatProgramTest, PeerThatResetsGivesOneLineAndExitCodeOne) {
  OneSide side = OneSide::of(GetParam());
  side.peer.reset();
  EXPECT_EQ(side.program.wait(), 1);
  const std::string errors = side.program.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

TEST_P(ChatProgramTest, PeerThatNeverReadsDoesNotDelayTheExit) {
  OneSide side = OneSide::of(GetParam());
  const auto typist = std::async(std::launch::async, [&] {
    const std::string line = std::string(100000, 'x') + "\n";
    for (int i = 0; i < 200; ++i) side.program.type(line);  // fails when the program has ended
  });
  EXPECT_EQ(side.peer.hear().size(), 100000u);  // it is sending, and will soon block on the peer
  side.program.send(StopSignal::interrupt);
  EXPECT_EQ(side.program.wait(), 0);
  typist.wait();
}

TEST_P(ChatProgramTest, EverythingReachesAPeerThatTypesAndReadsSlowly) {
  OneSide side = OneSide::of(GetParam());
  const auto typist = std::async(std::launch::async, [&] {
    side.program.type(manyLines());
    side.program.endInput();
  });
  EXPECT_EQ(hearWhileTalking(side.peer, side.program), manyLines() + "quit\n");
  side.peer.socket.close();
  EXPECT_EQ(side.program.wait(), 0);
  EXPECT_EQ(side.program.err.readAll(), "");
}

TEST_P(ChatProgramTest, PeerThatLeavesWithoutReadingTheQuitGivesExitCodeOne) {
  OneSide side = OneSide::of(GetParam());
  const auto typist = std::async(std::launch::async, [&] {
    side.program.type(manyLines());
    side.program.endInput();
  });
  EXPECT_NE(side.peer.hear(), "(end)");
  typist.wait();
  side.peer.reset();
  EXPECT_EQ(side.program.wait(), 1);
  const std::string errors = side.program.err.readAll();
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

TEST_P(ChatProgramTest, LinesThatCrossTheQuitAreStillPrinted) {
  const auto attempt = [](Pace& pace) {
    OneSide side = OneSide::of(GetParam());
    pace.step();
    side.program.type("quit\n");
    EXPECT_EQ(side.peer.hear(), "quit");
    EXPECT_EQ(side.peer.hear(), "(end)");
    side.peer.say("sent before the quit was read");
    pace.step();
    side.peer.socket.close();
    return side.program.wait() == 0 && side.program.output == "sent before the quit was read\n";
  };
  EXPECT_TRUE(succeedsUnlessHeldUp(250ms, attempt));
}

TEST_P(ChatProgramTest, PipesGetBytesUnchanged) {
  OneSide side = OneSide::of(GetParam());
  side.peer.say("bell \a and \x1b[2J and \xff");
  EXPECT_EQ(side.program.out.readLine(), "bell \a and \x1b[2J and \xff");
}

TEST_P(ChatProgramTest, TerminalIsSafeFromControlCharacters) {
  OneSide side = OneSide::of(GetParam(), true);
  side.peer.say(
      "bell \a, \x1b[2J, \xC2\x9B"
      "31m, \xff, tab\t.");
  const std::string shown = side.program.out.readUntil("tab .");
  EXPECT_NE(shown.find("bell \uFFFD, \uFFFD[2J, \uFFFD31m, \uFFFD, tab ."), std::string::npos) << shown;
}

TEST_P(ChatProgramTest, AtATerminalTheEndIsShownWithoutEnter) {
  OneSide side = OneSide::of(GetParam(), true);
  side.program.type("half a li");
  side.program.out.readUntil("half a li");
  side.peer.say("quit");
  EXPECT_EQ(side.program.wait(), 0);
  EXPECT_NE(side.program.output.find("The other side has left."), std::string::npos) << side.program.output;
}

TEST_P(ChatProgramTest, ControlDAndControlCEndIt) {
  for (const char* key : {"\x04", "\x03"}) {  // Ctrl-D and Ctrl-C
    OneSide side = OneSide::of(GetParam(), true);
    side.peer.say("hello");
    side.program.out.readUntil("hello");
    side.program.type(key);
    EXPECT_EQ(side.peer.hear(), "quit");
    EXPECT_EQ(side.program.wait(), 0);
  }
}

}  // namespace
}  // namespace netlite::test
