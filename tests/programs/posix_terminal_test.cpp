// SPDX-License-Identifier: MIT
//
// Tests the chat programs at a POSIX terminal while a person types.
// Thread-safety: each test has its own programs.
#include "screen.hpp"
#include "support/eventually.hpp"
#include "support/programs.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <future>
#include <string>

namespace netlite::test {
namespace {

int terminalOf(const Process& program) { return static_cast<int>(program.started().in.get()); }

termios settingsOf(const Process& program) {
  termios settings{};
  EXPECT_EQ(::tcgetattr(terminalOf(program), &settings), 0);
  return settings;
}

bool hasUsualSettings(const Process& program) {
  const tcflag_t usual = ICANON | ECHO | ISIG | IEXTEN;
  return (settingsOf(program).c_lflag & usual) == usual;
}

void resize(const Process& program, unsigned short columns) {
  winsize size{};
  size.ws_col = columns;
  size.ws_row = 24;
  EXPECT_EQ(::ioctl(terminalOf(program), TIOCSWINSZ, &size), 0);
}

class PosixTerminalTest : public ::testing::TestWithParam<const char*> {
 protected:
  // Waits until the screen ends with these rows.
  void awaitShown(const std::string& lastRows) {
    const std::string wanted = "\n" + lastRows + "\n";
    while (true) {
      const std::string text = "\n" + screen_.text();
      if (text.size() >= wanted.size() && text.compare(text.size() - wanted.size(), wanted.size(), wanted) == 0) return;
      const std::string more = side_.program.out.read();
      ASSERT_FALSE(more.empty()) << "the screen shows:\n" << text << "instead of:" << wanted;
      screen_.feed(more);
    }
  }

  Screen screen_{80, 24};
  OneSide side_ = OneSide::of(GetParam(), true);
};
INSTANTIATE_TEST_SUITE_P(Both, PosixTerminalTest, ::testing::Values("chat_client", "chat_server"));

TEST_P(PosixTerminalTest, ArrivingLinesLeaveTheTypedLineAlone) {
  side_.program.type("half 한글 li");
  awaitShown("half 한글 li");
  side_.peer.say("hello");
  awaitShown("hello\nhalf 한글 li");
  side_.peer.say("안녕");
  awaitShown("hello\n안녕\nhalf 한글 li");
  side_.program.type("ne\n");
  EXPECT_EQ(side_.peer.hear(), "half 한글 line");
  awaitShown("hello\n안녕\nhalf 한글 line");
}

TEST_P(PosixTerminalTest, ArrivingLinesLeaveATypedLineOfSeveralRowsAlone) {
  const std::string row(80, 'x');
  side_.program.type(row + row + "the end");
  awaitShown(row + "\n" + row + "\nthe end");
  side_.peer.say("hello");
  awaitShown("hello\n" + row + "\n" + row + "\nthe end");
}

TEST_P(PosixTerminalTest, ArrivingLongLinesAreWhole) {
  side_.program.type("half");
  awaitShown("half");
  side_.peer.say(std::string(100, 'y'));
  awaitShown(std::string(80, 'y') + "\n" + std::string(20, 'y') + "\nhalf");
}

TEST_P(PosixTerminalTest, KeysEditTheLineAndDoNotReachThePeer) {
  side_.program.type("안녕\x1b[D\x1b[D하세요\x1b[H\x1b[3~\x1b[A\x1b[F!\n");
  EXPECT_EQ(side_.peer.hear(), "세요안녕!");
}

TEST_P(PosixTerminalTest, LinesLongerThanTheTerminalsLimitAreWhole) {
  const std::string line(100000, 'x');
  ASSERT_TRUE(eventually(
      [&] { return !hasUsualSettings(side_.program); }));  // the terminal itself buffers what is typed earlier
  const auto reader = std::async(std::launch::async, [this] { side_.program.out.readUntil("done"); });
  side_.program.type(line + "\n");
  EXPECT_EQ(side_.peer.hear(), line);
  side_.peer.say("done");
}

TEST_P(PosixTerminalTest, InputTypedEarlyIsNotLost) {
  side_.program.type("one\ntwo\nthree\n");  // perhaps before the program has changed the settings
  for (const char* line : {"one", "two", "three"}) EXPECT_EQ(side_.peer.hear(), line);
}

TEST_P(PosixTerminalTest, ResizingTheWindowRedrawsTheLine) {
  side_.program.type("0123456789abcdef");
  awaitShown("0123456789abcdef");
  resize(side_.program, 10);
  awaitShown("0123456789\nabcdef");
  side_.program.type("\n");
  EXPECT_EQ(side_.peer.hear(), "0123456789abcdef");
}

TEST_P(PosixTerminalTest, TheTerminalsSettingsAreRestored) {
  for (const char* ending : {"quit\n", "\x04", "\x03"}) {
    OneSide ended = OneSide::of(GetParam(), true);
    ASSERT_TRUE(eventually([&] { return !hasUsualSettings(ended.program); }));
    ended.program.type(ending);
    EXPECT_EQ(ended.program.wait(), 0);
    EXPECT_TRUE(hasUsualSettings(ended.program));
  }
}

TEST_P(PosixTerminalTest, TheTerminalsSettingsAreRestoredAfterEveryStopSignal) {
  for (const StopSignal signal : gracefulStopSignals()) {
    OneSide ended = OneSide::of(GetParam(), true);
    ASSERT_TRUE(eventually([&] { return !hasUsualSettings(ended.program); }));
    ended.program.send(signal);
    EXPECT_EQ(ended.program.wait(), 0);
    EXPECT_TRUE(hasUsualSettings(ended.program));
  }
}

TEST_P(PosixTerminalTest, TheQuitKeyKillsItAndRestoresTheTerminalsSettings) {
  ASSERT_TRUE(eventually([&] { return !hasUsualSettings(side_.program); }));
  side_.program.type("\x1c");
  EXPECT_EQ(side_.program.wait(), -SIGQUIT);
  EXPECT_TRUE(hasUsualSettings(side_.program));
}

TEST_P(PosixTerminalTest, AContinuedProgramSetsUpTheTerminalAgain) {
  termios usual = settingsOf(side_.program);
  usual.c_lflag |= ICANON | ECHO | IEXTEN;
  ASSERT_TRUE(eventually([&] { return !hasUsualSettings(side_.program); }));
  ::kill(side_.program.started().pid, SIGSTOP);
  EXPECT_EQ(::tcsetattr(terminalOf(side_.program), TCSANOW, &usual), 0);  // as a shell does
  ::kill(side_.program.started().pid, SIGCONT);
  EXPECT_TRUE(eventually([&] { return !hasUsualSettings(side_.program); }));
}

TEST(PosixTerminal, ControlZStopsItAndTheShellContinuesIt) {
  ServerSocket server = loopbackServer();
  Process shell = Process::atTerminal({"sh", "-i"});
  shell.type(example("chat_client").front() + " 127.0.0.1 " + std::to_string(server.getLocalPort()) + "\n");
  Peer peer = acceptPeer(server);
  ASSERT_TRUE(eventually([&] { return !hasUsualSettings(shell); }));
  shell.type("half");
  shell.out.readUntil("half");
  shell.type("\x1a");
  shell.err.readUntil("Stopped");
  EXPECT_TRUE(hasUsualSettings(shell));
  peer.say("meanwhile");
  shell.type("fg\n");
  shell.out.readUntil("meanwhile");
  shell.type(" line\n");
  EXPECT_EQ(peer.hear(), "half line");
  shell.type("quit\n");
  EXPECT_EQ(peer.hear(), "quit");
  ASSERT_TRUE(eventually([&] { return hasUsualSettings(shell); }));
}

TEST(PosixTerminal, TypedTextIsShownAlthoughTheOutputIsRedirected) {
  ServerSocket server = loopbackServer();
  Process program = Process::atTerminal({"sh", "-c", "exec \"$0\" \"$@\" >/dev/null", example("chat_client").front(),
                                         "127.0.0.1", std::to_string(server.getLocalPort())});
  Peer peer = acceptPeer(server);
  ASSERT_TRUE(eventually([&] { return !hasUsualSettings(program); }));
  program.type("hello");
  program.out.readUntil("hello");
  program.type("\n");
  EXPECT_EQ(peer.hear(), "hello");
}

}  // namespace
}  // namespace netlite::test
