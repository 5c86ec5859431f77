// SPDX-License-Identifier: MIT
//
// What a line needs before it may go to a terminal where a person is typing. With the standard library alone there is
// no raw mode and no window size, so everything here works without knowing what is typed, where, and how wide it is.
//
// Thread-safety: no shared state.
#pragma once

#include <netlite/netlite.hpp>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace example {

/// Erases the line that is being typed from the screen.
inline constexpr const char* kEraseTypedLine = "\r\x1b[K";

/// Whether a standard stream ("/dev/stdin") is a terminal; false where that cannot be known.
inline bool isTerminal(const char* device) {
  std::error_code none;
  return std::filesystem::is_character_file(device, none) && !std::filesystem::equivalent(device, "/dev/null", none);
}

/// Whether the terminal says that it understands more than text.
inline bool canMoveCursor() {
  const char* const kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

/// A line as text only: what is no UTF-8 and every control character (a terminal would obey it) becomes U+FFFD, but a
/// tab a space.
inline std::string visible(const std::string& line) {
  const std::string text = netlite::InputStreamReader(netlite::ByteArrayInputStream(line)).readAllBytes();
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    const bool is_long_control = byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (byte == '\t') {
      result += ' ';
    } else if (byte < 0x20 || byte == 0x7F || is_long_control) {
      result += "\xEF\xBF\xBD";
      i += is_long_control ? 1 : 0;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// How much of `text` fits into a row of a narrow terminal, in bytes: up to a space if there is one. All but ASCII
/// counts twice, as Hangul and emoji take two columns.
inline std::size_t rowLength(std::string_view text) {
  constexpr std::size_t kColumns = 40;
  std::size_t columns = 0;
  std::size_t after_space = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    columns += next - end == 1 ? 1 : 2;
    if (columns > kColumns) return after_space > 0 ? after_space : end;
    if (text[end] == ' ') after_space = next;
    end = next;
  }
  return end;
}

/// The codes (ECMA-48, VT100) that show `text` in rows of its own above the line that is being typed. The line moves
/// down and the cursor with it.
inline std::string aboveTypedLine(std::string_view text) {
  // Remember where the cursor is. No wrapping: a row that is too long after all must not hit the typed line. To the
  // row's beginning; on the last row "\n" has moved everything up by one. An empty row here, the typed line goes down.
  constexpr std::string_view kOpenRow = "\0337\x1b[?7l\n\x1b[A\r\x1b[L";
  // Back, and down by one; on the last row that does nothing, which is right.
  constexpr std::string_view kGoBack = "\0338\x1b[?7h\x1b[B";
  std::string codes;
  do {
    const std::size_t length = rowLength(text);
    codes.append(kOpenRow).append(text.substr(0, length)).append(kGoBack);
    text.remove_prefix(length);
  } while (!text.empty());
  return codes;
}

}  // namespace example
