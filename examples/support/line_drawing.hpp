// SPDX-License-Identifier: MIT
//
// LineDrawing: the control codes (ECMA-48) that show the typed line on a terminal, in as many rows as it takes, and
// erase it again so that other text can be printed in its place.
//
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
  /// Codes that draw a line and leave the cursor at `cursor`, from the beginning of an empty row. A line that is taller
  /// than the screen shows the rows around the cursor.
  std::string draw(std::string_view text, std::size_t cursor, ScreenSize screen) {
    forget();
    if (text.empty()) return {};
    const Layout layout = arrange(text, cursor, std::max<std::size_t>(screen.columns, 2));
    const std::size_t height = std::max<std::size_t>(screen.rows, 2) - 1;
    const std::size_t first = layout.cursorRow < height ? 0 : layout.cursorRow - height + 1;
    rows_ = std::min(layout.rows.size() - first, height);
    cursor_row_ = layout.cursorRow - first;

    std::string codes;
    // Each row is ended here, since terminals differ in where the cursor stands after a full one.
    for (std::size_t row = 0; row < rows_; ++row) codes += (row == 0 ? "" : "\r\n") + layout.rows[first + row];
    return codes + "\r" + moved(rows_ - 1 - cursor_row_, 'A') + moved(layout.cursorColumn, 'C');
  }

  /// The terminal itself has shown this line, with the cursor at its end: erase() erases that.
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

  /// Other programs have used the screen since; what was drawn is left alone.
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
    for (std::size_t place = 0; place < text.size();) {
      const CodePoint point = firstCodePoint(text.substr(place));
      const std::size_t width = columnsOf(point.value);
      if (column + width > columns) nextRow();
      if (place == cursor) layout.cursorRow = layout.rows.size() - 1, layout.cursorColumn = column;
      layout.rows.back() += shown(text.substr(place, point.size), point.value);
      column += width;
      place += point.size;
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
