// SPDX-License-Identifier: MIT
//
// What the chat programs tell a POSIX terminal while a person is typing there.
// Thread-safety: each test has programs of its own.
#include "support/programs.hpp"

#include <gtest/gtest.h>

#include <string>

namespace netlite::test {
namespace {

class PosixTerminalTest : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Both, PosixTerminalTest, ::testing::Values("chat_client", "chat_server"));

TEST_P(PosixTerminalTest, ArrivingLinesLeaveTheTypedLineAlone) {
  OneSide side = OneSide::of(GetParam(), true);
  side.program.type("half a li");
  side.program.out.readUntil("half a li");  // the terminal's echo
  side.peer.say("hello");
  const std::string codes = side.program.out.readUntil("\x1b[B");
  EXPECT_EQ(codes,
            "\x1b"
            "7\x1b[?7l\r\n\x1b[A\r\x1b[Lhello\x1b"
            "8\x1b[?7h\x1b[B");
  side.program.type("ne\n");
  EXPECT_EQ(side.peer.hear(), "half a line");
}

TEST_P(PosixTerminalTest, LongLinesAreBrokenBetweenWordsAtATerminal) {
  OneSide side = OneSide::of(GetParam(), true);
  side.peer.say("thirty columns are in these wo 안녕하 반갑습니다");
  const std::string shown = side.program.out.readUntil("반갑습니다");
  EXPECT_NE(shown.find("\x1b[Lthirty columns are in these wo 안녕하 \x1b"
                       "8"),
            std::string::npos)
      << shown;
  EXPECT_NE(shown.find("\x1b[L반갑습니다"), std::string::npos) << shown;
}

}  // namespace
}  // namespace netlite::test
