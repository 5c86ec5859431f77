// SPDX-License-Identifier: MIT
//
// LineDrawing: the control codes (ECMA-48) that show the typed line on a terminal and erase it again.
// Thread-safety: none; the caller locks.
#pragma once

#include "support/columns.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct ScreenSize {
  std::size_t columns;
  std::size_t rows;
};

class LineDrawing {
 public:
  /// Codes that draw a line, from the beginning of an empty row, in as many rows as it needs, and leave the cursor at
  /// `cursor`. Of a line that is taller than the screen they show the rows around the cursor.
  std::string draw(std::string_view text, std::size_t cursor, ScreenSize screen) {
    forget();
    if (text.empty()) return {};
    const Layout layout = arrange(text, cursor, std::max<std::size_t>(screen.columns, 2));
    const std::size_t height = std::max<std::size_t>(screen.rows, 2) - 1;
    const std::size_t first = layout.cursorRow < height ? 0 : layout.cursorRow - height + 1;
    rows_ = std::min(layout.rows.size() - first, height);
    cursor_row_ = layout.cursorRow - first;

    std::string codes;
    // Each row is ended explicitly, since terminals differ in where the cursor is after a full row.
    for (std::size_t row = 0; row < rows_; ++row) codes += (row == 0 ? "" : "\r\n") + layout.rows[first + row];
    return codes + "\r" + moved(rows_ - 1 - cursor_row_, 'A') + moved(layout.cursorColumn, 'C');
  }

  /// Records a line that the terminal itself has shown, with the cursor at its end, so that erase() erases it.
  void adopt(std::string_view text, ScreenSize screen) {
    const Layout layout = arrange(text, text.size(), std::max<std::size_t>(screen.columns, 2));
    rows_ = layout.rows.size();
    if (rows_ > 1 && layout.rows.back().empty()) --rows_;  // a terminal begins a row with its first character
    cursor_row_ = rows_ - 1;
  }

  /// Codes that erase what was drawn, and leave the cursor where it began.
  std::string erase() {
    if (rows_ == 0) return {};
    std::string codes = "\r" + moved(rows_ - 1 - cursor_row_, 'B') + "\x1b[K";
    for (std::size_t row = 1; row < rows_; ++row) codes += "\x1b[A\x1b[K";
    forget();
    return codes;
  }

  /// Forgets what was drawn, because other programs have used the screen since.
  void forget() { rows_ = cursor_row_ = 0; }

 private:
  struct Layout {
    std::vector<std::string> rows;
    std::size_t cursorRow = 0;
    std::size_t cursorColumn = 0;
  };

  static Layout arrange(std::string_view text, std::size_t cursor, std::size_t columns) {
    Layout layout;
    layout.rows.emplace_back();
    std::size_t column = 0;
    const auto nextRow = [&] { layout.rows.emplace_back(), column = 0; };
    for (std::size_t position = 0; position < text.size();) {
      const CodePoint point = firstCodePoint(text.substr(position));
      const std::size_t width = columnsOf(point.value);
      if (column + width > columns) nextRow();
      if (position == cursor) layout.cursorRow = layout.rows.size() - 1, layout.cursorColumn = column;
      layout.rows.back() += shown(text.substr(position, point.size), point.value);
      column += width;
      position += point.size;
    }
    if (cursor < text.size()) return layout;
    if (column == columns) nextRow();
    layout.cursorRow = layout.rows.size() - 1;
    layout.cursorColumn = column;
    return layout;
  }

  static std::string shown(std::string_view bytes, char32_t value) {
    if (value == '\t') return " ";
    return value == kReplacement ? "\xEF\xBF\xBD" : std::string(bytes);
  }

  static std::string moved(std::size_t count, char direction) {
    return count == 0 ? "" : "\x1b[" + std::to_string(count) + direction;
  }

  std::size_t rows_ = 0;  // on the screen
  std::size_t cursor_row_ = 0;
};

}  // namespace example
