// SPDX-License-Identifier: MIT
//
// Tests LineInbox: what a window gets from the thread that receives.
// Thread-safety: each test has its own inbox.
#include "examples/support/line_inbox.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace netlite::test {
namespace {

using example::LineInbox;
using Strings = std::vector<std::string>;

TEST(LineInbox, WakesOnceForLinesThatTheWindowDoesNotKnowOf) {
  int woken = 0;
  LineInbox inbox([&] { ++woken; });
  inbox.add("one");
  inbox.add("two");
  inbox.add("three");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(inbox.take(2), (Strings{"one", "two"}));
  EXPECT_TRUE(inbox.hasMore());
  inbox.add("four");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(inbox.take(10), (Strings{"three", "four"}));
  EXPECT_FALSE(inbox.hasMore());
  inbox.add("five");
  EXPECT_EQ(woken, 2);
}

TEST(LineInbox, KeepsTheLastLines) {
  LineInbox inbox([] {});
  for (std::size_t i = 0; i < LineInbox::kMaxLines + 5; ++i) inbox.add(std::to_string(i));
  const Strings lines = inbox.take(LineInbox::kMaxLines * 2);
  EXPECT_EQ(lines.size(), LineInbox::kMaxLines);
  EXPECT_EQ(lines.front(), "5");
}

TEST(LineInbox, IsBoundedInBytes) {
  LineInbox inbox([] {});
  for (std::size_t i = 0; i < 2000; ++i) inbox.add(std::string(LineInbox::kMaxLine, 'x'));
  EXPECT_EQ(inbox.take(LineInbox::kMaxLines).size(), LineInbox::kMaxBytes / LineInbox::kMaxLine);
}

TEST(LineInbox, LongLineIsCutBetweenCharacters) {
  LineInbox inbox([] {});
  std::string line = "xx";
  while (line.size() <= LineInbox::kMaxLine) line += "가";
  inbox.add(line);
  EXPECT_EQ(inbox.take(1).front(), line.substr(0, LineInbox::kMaxLine - 2) + " [...]");
}

TEST(LineInbox, SaysWhyItIsClosedAfterAllLines) {
  LineInbox inbox([] {});
  inbox.add("last");
  inbox.close("gone");
  EXPECT_FALSE(inbox.isClosed());
  EXPECT_EQ(inbox.take(2), (Strings{"last", "[gone]"}));
  EXPECT_TRUE(inbox.isClosed());
}

}  // namespace
}  // namespace netlite::test
