// SPDX-License-Identifier: MIT
//
// Tests how keys edit a typed line and how a terminal shows it.
// Thread-safety: each test has its own objects.
#include "examples/support/line_editor.hpp"

#include "examples/support/line_drawing.hpp"
#include "screen.hpp"

#include <gtest/gtest.h>

#include <string>

namespace netlite::test {
namespace {

// The line after these keys, with a | at the cursor.
std::string edited(const std::string& keys) {
  example::LineEditor editor;
  EXPECT_EQ(editor.type(keys), "");
  return editor.text().substr(0, editor.cursor()) + "|" + editor.text().substr(editor.cursor());
}

TEST(LineEditor, EnterCompletesTheLine) {
  example::LineEditor editor;
  EXPECT_EQ(editor.type("one\r안녕 🙂\nthr"), "one\n안녕 🙂\n");
  EXPECT_EQ(editor.type("ee\n\n"), "three\n\n");
}

TEST(LineEditor, BackspaceErasesOneCharacter) {
  EXPECT_EQ(edited("abc\x7f"), "ab|");
  EXPECT_EQ(edited("a한\b"), "a|");
  EXPECT_EQ(edited("a🙂\x7f"), "a|");
  EXPECT_EQ(edited("ae\u0301\x7f"), "a|");
  EXPECT_EQ(edited("a\b\b\b"), "|");
}

TEST(LineEditor, ArrowsHomeAndEndMoveTheCursor) {
  EXPECT_EQ(edited("안녕\x1b[D"), "안|녕");
  EXPECT_EQ(edited("안녕\x1b[D\x1b[D\x1b[D\x1b[C"), "안|녕");
  EXPECT_EQ(edited("abc\x1b[C"), "abc|");
  for (const char* home : {"\x1b[H", "\x1b[1~", "\x1b[7~", "\x1bOH", "\x01"})
    EXPECT_EQ(edited("abc" + std::string(home)), "|abc");
  for (const char* end : {"\x1b[F", "\x1b[4~", "\x1b[8~", "\x1bOF", "\x05"}) {
    EXPECT_EQ(edited("abc\x01" + std::string(end)), "abc|");
  }
  EXPECT_EQ(edited("abd\x1b[Dc"), "abc|d");
}

TEST(LineEditor, DeleteErasesAtTheCursor) {
  EXPECT_EQ(edited("안녕\x1b[D\x1b[3~"), "안|");
  EXPECT_EQ(edited("abc\x1b[3~"), "abc|");
}

TEST(LineEditor, ControlUAndControlWEraseBackwards) {
  EXPECT_EQ(edited("one two\x1b[D\x15"), "|o");
  EXPECT_EQ(edited("one two \x17"), "one |");
  EXPECT_EQ(edited("one\x17\x17"), "|");
  EXPECT_EQ(edited("  \x17"), "|");
}

TEST(LineEditor, KeysWithoutAMeaningAreNotText) {
  for (const char* key : {"\x1b[A", "\x1b[B", "\x1b[15~", "\x1b[[A", "\x1bOP", "\x1b[1;5C", "\x1bx", "\x1b[200~",
                          "\x0c", "\xC2\x9B", "\x1b\x1b[A"}) {
    example::LineEditor editor;
    EXPECT_EQ(editor.type("ab" + std::string(key) + "c\n"), "abc\n") << key;
  }
}

TEST(LineEditor, CharactersAndKeysMayArriveInPieces) {
  example::LineEditor editor;
  std::string lines;
  for (const char byte : std::string("안녕\x1b[D\x1b[3~하🙂\n")) lines += editor.type({&byte, 1});
  EXPECT_EQ(lines, "안하🙂\n");
}

TEST(LineEditor, ALoneEscapeKeySwallowsNoText) {
  example::LineEditor editor;
  editor.type("a\x1b");
  EXPECT_EQ(editor.type("bc\n"), "abc\n");
  EXPECT_EQ(editor.type("a\x1b안\n"), "a안\n");
}

TEST(LineEditor, ControlDEndsTheInputAndKeepsTheTypedText) {
  example::LineEditor editor;
  EXPECT_EQ(editor.type("last\x04more\n"), "last");
  EXPECT_TRUE(editor.ended());
  EXPECT_EQ(editor.type("more\n"), "");
}

TEST(LineEditor, InvalidUtf8IsKeptUnchanged) {
  example::LineEditor editor;
  EXPECT_EQ(editor.type("a\xff\xea\xb0z\n"), "a\xff\xea\xb0z\n");
  EXPECT_EQ(edited("a\xff\xea\xb0\b\b"), "a\xff|");
}

TEST(LineEditor, VeryLongLinesAreKeptWhole) {
  const std::string line(1000000, 'x');
  EXPECT_EQ(example::LineEditor().type(line + "\n"), line + "\n");
}

// A screen that shows a typed line.
struct Shown {
  Shown(std::size_t columns, std::size_t rows) : screen(columns, rows), size{columns, rows} {}

  void type(const std::string& keys) {
    screen.feed(drawing.erase());
    editor.type(keys);
    screen.feed(drawing.draw(editor.text(), editor.cursor(), size));
  }

  void print(const std::string& line) {
    screen.feed(drawing.erase());
    screen.feed(line + "\r\n");
    screen.feed(drawing.draw(editor.text(), editor.cursor(), size));
  }

  Screen screen;
  example::ScreenSize size;
  example::LineEditor editor;
  example::LineDrawing drawing;
};

TEST(LineDrawing, ArrivingLinesAppearAboveALineOfSeveralRows) {
  for (const std::string typed : {"short", "aaaaaaaaaa", "aaaaaaaaaabbbbb", "aaaaaaaaaabbbbbbbbbb"}) {
    Shown shown(10, 8);
    shown.type(typed);
    shown.print("hello");
    shown.print("again");
    std::string rows = typed;
    if (rows.size() > 10) rows.insert(10, "\n");
    EXPECT_EQ(shown.screen.text(), "hello\nagain\n" + rows + "\n");
  }
}

TEST(LineDrawing, WideCharactersAreNotCutAtTheEndOfARow) {
  Shown shown(5, 8);
  shown.type("한글소켓!");
  shown.print("hello");
  EXPECT_EQ(shown.screen.text(), "hello\n한글\n소켓!\n");
}

TEST(LineDrawing, TheScreenScrollsAtItsLastRow) {
  Shown shown(10, 4);
  for (const char* line : {"one", "two", "three", "four"}) shown.print(line);
  shown.type("aaaaaaaaaabbbbb");
  EXPECT_EQ(shown.screen.text(), "three\nfour\naaaaaaaaaa\nbbbbb\n");
  shown.print("five");
  EXPECT_EQ(shown.screen.text(), "four\nfive\naaaaaaaaaa\nbbbbb\n");
}

TEST(LineDrawing, TheCursorStandsWhereTheNextCharacterGoes) {
  Shown shown(10, 8);
  shown.type("aaaaaaaaaa");
  EXPECT_EQ(shown.screen.row(), 1u);
  EXPECT_EQ(shown.screen.column(), 0u);
  shown.type("\x1b[D");
  EXPECT_EQ(shown.screen.row(), 0u);
  EXPECT_EQ(shown.screen.column(), 9u);
  shown.type("\x01한");
  EXPECT_EQ(shown.screen.row(), 0u);
  EXPECT_EQ(shown.screen.column(), 2u);
  shown.print("hello");
  EXPECT_EQ(shown.screen.text(), "hello\n한aaaaaaaa\naa\n");
}

TEST(LineDrawing, ALineTallerThanTheScreenShowsTheRowsAroundTheCursor) {
  Shown shown(4, 3);
  shown.type("aaaabbbbccccdd");
  EXPECT_EQ(shown.screen.text(), "cccc\ndd\n");
  shown.print("hi");
  EXPECT_EQ(shown.screen.text(), "hi\ncccc\ndd\n");
  shown.type("\x01");
  EXPECT_EQ(shown.screen.text(), "hi\naaaa\nbbbb\n");
}

TEST(LineDrawing, ErasesTextThatTheTerminalHasEchoed) {
  for (const std::string typed : {"short", "aaaaaaaaaa", "aaaaaaaaaabbbbb"}) {
    Shown shown(10, 8);
    shown.screen.feed("before\r\n" + typed);
    shown.drawing.adopt(typed, shown.size);
    shown.screen.feed(shown.drawing.erase() + "after");
    EXPECT_EQ(shown.screen.text(), "before\nafter\n");
  }
}

TEST(LineDrawing, OverwrittenScreensAreLeftAlone) {
  Shown shown(10, 8);
  shown.type("half");
  shown.drawing.forget();
  EXPECT_EQ(shown.drawing.erase(), "");
}

}  // namespace
}  // namespace netlite::test
