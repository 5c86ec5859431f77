// SPDX-License-Identifier: MIT
//
// Tests the chat programs at a Windows console, where they echo the typed text themselves.
// Thread-safety: each test has its own programs.
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace netlite::test {
namespace {

class WindowsConsoleTest : public ::testing::TestWithParam<const char*> {
 protected:
  // Waits until the screen ends with these rows. Throws if it never does.
  void awaitShown(const std::string& lastRows) { side.program.out.readUntil(lastRows + "\n\f"); }

  OneSide side = OneSide::of(GetParam(), true);
};
INSTANTIATE_TEST_SUITE_P(Both, WindowsConsoleTest, ::testing::Values("chat_client", "chat_server"));

TEST_P(WindowsConsoleTest, EveryCharacterMayBeTypedAndShown) {
  for (const std::string line : {"hello", "안녕하세요, 소켓!", "이모지도 🙂", "", "tab\there"}) {
    side.program.type(line + "\n");
    EXPECT_EQ(side.peer.hear(), line);
  }
  side.peer.say("반갑습니다");
  awaitShown("반갑습니다");
}

TEST_P(WindowsConsoleTest, ArrivingLinesLeaveTheTypedLineAlone) {
  side.program.type("half 한글 li");
  awaitShown("half 한글 li");
  side.peer.say("hello");
  awaitShown("hello\nhalf 한글 li");
  side.peer.say("안녕");
  awaitShown("hello\n안녕\nhalf 한글 li");
  side.program.type("ne\n");
  EXPECT_EQ(side.peer.hear(), "half 한글 line");
  awaitShown("hello\n안녕\nhalf 한글 line");
}

TEST_P(WindowsConsoleTest, KeysCorrectTheLine) {
  side.program.type("abc한글\b\b\bd");
  awaitShown("abd");
  side.program.type(
      "\x1b"
      "new 🙂\b\b!");
  awaitShown("new!");
  side.program.type("\n");
  EXPECT_EQ(side.peer.hear(), "new!");
}

TEST_P(WindowsConsoleTest, ALineLongerThanARowShowsItsEnd) {
  const std::string line = std::string(150, 'x') + "the end";
  side.program.type(line);
  side.program.out.readUntil("xxthe end\n\f");
  side.peer.say("hello");
  side.program.out.readUntil("hello\nxx");  // one row, right below
  side.program.out.readUntil("the end\n\f");
  side.program.type("\n");
  EXPECT_EQ(side.peer.hear(), line);
}

TEST_P(WindowsConsoleTest, ArrivingLongLinesAreWhole) {
  const std::string line(100, 'y');
  side.program.type("half");
  awaitShown("half");
  side.peer.say(line);
  side.peer.say("next");
  std::string shown = side.program.out.readUntil("next\nhalf\n\f");
  shown.erase(0, shown.rfind('\f', shown.size() - 2) + 1);  // the screens before the last one
  EXPECT_EQ(std::count(shown.begin(), shown.end(), 'y'), 100) << shown;
}

TEST_P(WindowsConsoleTest, ControlZEndsTheInputAsControlDDoes) {
  side.program.type("\x1a");
  EXPECT_EQ(side.peer.hear(), "quit");
  EXPECT_EQ(side.program.wait(), 0);
}

TEST_P(WindowsConsoleTest, AHalfTypedLineIsErasedAtTheEnd) {
  side.program.type("half a li");
  awaitShown("half a li");
  side.peer.say("quit");
  EXPECT_EQ(side.program.wait(), 0);
  const std::string last = side.program.output.substr(side.program.output.rfind("The other side has left."));
  EXPECT_EQ(last, "The other side has left.\n\f");
}

}  // namespace
}  // namespace netlite::test
