// SPDX-License-Identifier: MIT
//
// LineEditor: turns the keys that a terminal reports into lines.
// Thread-safety: none; the caller locks.
#pragma once

#include "support/columns.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace example {

/// Keys that edit: Backspace, Delete, the arrows to the left and right, Home, End, Ctrl-A, Ctrl-E, Ctrl-U (erases up to
/// the cursor) and Ctrl-W (erases the word before it). Ctrl-D ends the input, as the end of a file does. Other keys
/// that are not text do nothing.
class LineEditor {
 public:
  /// Processes typed bytes. A character or a key may be split between two calls.
  ///
  /// @return the lines that are complete now, each with "\n"; at the end of the input also the last one, without it
  std::string type(std::string_view bytes) {
    if (state_ == State::escape && !bytes.empty() && bytes[0] != '[' && bytes[0] != 'O') {
      state_ = State::text;  // a terminal sends the bytes of a key together, so that was the Esc key alone
    }
    for (const char byte : bytes) take(byte);
    return std::exchange(lines_, {});
  }

  const std::string& text() const { return text_; }

  /// Where the next character goes, in bytes.
  std::size_t cursor() const { return cursor_; }

  bool ended() const { return ended_; }

 private:
  // What the next byte belongs to. sequence: ESC [ parameters final; single: one byte more, whatever it is.
  enum class State { text, escape, sequence, single };

  void take(char byte) {
    const bool isControl = static_cast<unsigned char>(byte) < 0x20;
    const bool isAscii = static_cast<unsigned char>(byte) < 0x80;
    if (state_ == State::text || isControl || !isAscii) return takeText(byte);
    switch (std::exchange(state_, State::text)) {
      case State::escape:
        if (byte == '[') beginSequence();
        if (byte == 'O') state_ = State::single;
        break;
      case State::sequence: continueSequence(byte); break;
      default: press(byte);
    }
  }

  void takeText(char byte) {
    constexpr char kEscape = '\x1b';
    state_ = byte == kEscape ? State::escape : State::text;
    parameters_.clear();
    switch (byte) {
      case '\r':
      case '\n': return enter();
      case '\b':
      case '\x7f': return eraseBack(cursor_ == 0 ? 0 : previousCharacter(text_, cursor_));
      case '\x01': return press('H');
      case '\x04': return end();
      case '\x05': return press('F');
      case '\x15': return eraseBack(0);
      case '\x17': return eraseBack(beginningOfWord());
      default: insert(byte);
    }
  }

  void beginSequence() {
    state_ = State::sequence;
    parameters_.clear();
  }

  void continueSequence(char byte) {
    const bool isLinuxFunctionKey = byte == '[' && parameters_.empty();  // ESC [ [ A
    if (isLinuxFunctionKey) {
      state_ = State::single;
      parameters_ = "[";
    } else if (byte >= '@') {
      byte == '~' ? pressNumbered() : press(byte);
    } else {
      state_ = State::sequence;
      parameters_ += byte;
    }
  }

  void press(char key) {
    if (std::exchange(parameters_, {}) == "[") return;
    if (key == 'D' && cursor_ > 0) cursor_ = previousCharacter(text_, cursor_);
    if (key == 'C' && cursor_ < text_.size()) cursor_ = nextCharacter(text_, cursor_);
    if (key == 'H') cursor_ = 0;
    if (key == 'F') cursor_ = text_.size();
  }

  void pressNumbered() {
    const std::string number = std::exchange(parameters_, {});
    if (number == "1" || number == "7") press('H');
    if (number == "4" || number == "8") press('F');
    if (number == "3" && cursor_ < text_.size()) text_.erase(cursor_, nextCharacter(text_, cursor_) - cursor_);
  }

  void insert(char byte) {
    const unsigned char value = static_cast<unsigned char>(byte);
    if (value < 0x20 && byte != '\t') return;
    const bool isControl = value >= 0x80 && value < 0xA0 && cursor_ > 0 && text_[cursor_ - 1] == '\xC2';
    if (isControl) return eraseBack(cursor_ - 1);  // U+0080 to U+009F
    text_.insert(cursor_++, 1, byte);
  }

  void eraseBack(std::size_t begin) {
    text_.erase(begin, cursor_ - begin);
    cursor_ = begin;
  }

  std::size_t beginningOfWord() const {
    const std::size_t end = text_.find_last_not_of(' ', cursor_ - 1);
    if (cursor_ == 0 || end == std::string::npos) return 0;
    return text_.find_last_of(' ', end) + 1;  // npos + 1 is 0
  }

  void enter() {
    if (ended_) return;
    lines_ += text_ + "\n";
    clear();
  }

  void end() {
    if (!ended_) lines_ += text_;
    ended_ = true;
    clear();
  }

  void clear() {
    text_.clear();
    cursor_ = 0;
  }

  std::string text_;
  std::size_t cursor_ = 0;
  std::string lines_;       // complete, not returned yet
  std::string parameters_;  // of a sequence
  State state_ = State::text;
  bool ended_ = false;
};

}  // namespace example
