// SPDX-License-Identifier: MIT
//
// Screen: emulates a terminal's screen. It knows the control codes that the example programs send, and fails the test
// on any other.
//
// Thread-safety: none.
#pragma once

#include "examples/support/columns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netlite::test {

class Screen {
 public:
  Screen(std::size_t columns, std::size_t rows) : columns_(columns), cells_(rows, emptyRow()) {}

  void feed(std::string_view codes) {
    pending_ += codes;
    std::size_t place = 0;
    while (place < pending_.size()) {
      const std::size_t size = lengthOfNext(std::string_view(pending_).substr(place));
      if (size == 0) break;
      apply(std::string_view(pending_).substr(place, size));
      place += size;
    }
    pending_.erase(0, place);
  }

  /// The rows down to the last one that is not empty, each with "\n".
  std::string text() const {
    std::string text;
    std::size_t end = 0;
    for (const auto& row : cells_) {
      std::string line;
      for (const std::string& cell : row) line += cell;
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
      if (!line.empty()) end = text.size();
    }
    return text.substr(0, end);
  }

  std::size_t row() const { return y_; }
  std::size_t column() const { return x_; }

 private:
  using Row = std::vector<std::string>;  // one cell per column; the second cell of a wide character is ""

  Row emptyRow() const { return Row(columns_, " "); }

  // The length of the next code or character; 0 if it is still incomplete.
  static std::size_t lengthOfNext(std::string_view codes) {
    if (codes[0] == '\x1b') {
      const std::size_t final = codes.find_first_of("ABCDKHJ", 2);
      return final == std::string_view::npos ? 0 : final + 1;
    }
    const unsigned char first = static_cast<unsigned char>(codes[0]);
    const std::size_t size = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return size > codes.size() ? 0 : size;
  }

  void apply(std::string_view code) {
    if (code[0] == '\x1b') return applySequence(code);
    if (code == "\r") return moveTo(0);
    if (code == "\n") return lineFeed();
    ASSERT_GE(static_cast<unsigned char>(code[0]), 0x20) << "the programs do not send this code";
    put(code);
  }

  void applySequence(std::string_view code) {
    const std::string number(code.substr(2, code.size() - 3));
    const std::size_t count = number.empty() ? 1 : std::stoul(number);
    switch (code.back()) {
      case 'A': y_ -= std::min(y_, count); break;
      case 'B': y_ = std::min(y_ + count, cells_.size() - 1); break;
      case 'C': x_ = std::min(x_ + count, columns_ - 1); break;
      case 'K': std::fill(cells_[y_].begin() + static_cast<std::ptrdiff_t>(x_), cells_[y_].end(), " "); break;
      default: FAIL() << "the programs do not send this code: ESC " << code.substr(1);
    }
    is_full_ = false;
  }

  void put(std::string_view character) {
    const std::size_t width = example::columnsOf(example::firstCodePoint(character).value);
    if (is_full_ || x_ + width > columns_) moveTo(0), lineFeed();
    cells_[y_][x_] = character;
    if (width == 2) cells_[y_][x_ + 1] = "";
    x_ += width;
    is_full_ = x_ == columns_;  // as on terminals, the next character starts the next row
    if (is_full_) --x_;
  }

  void moveTo(std::size_t column) {
    x_ = column;
    is_full_ = false;
  }

  void lineFeed() {
    is_full_ = false;
    if (++y_ < cells_.size()) return;
    cells_.erase(cells_.begin());
    cells_.push_back(emptyRow());
    --y_;
  }

  std::size_t columns_;
  std::vector<Row> cells_;
  std::string pending_;
  std::size_t x_ = 0;
  std::size_t y_ = 0;
  bool is_full_ = false;
};

}  // namespace netlite::test
