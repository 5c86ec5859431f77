// SPDX-License-Identifier: MIT
//
// What a line needs before it may go to a terminal where a person is typing.
// Thread-safety: no shared state.
#pragma once

#include <netlite/netlite.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace example {

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

/// How much of `text` fits into a row of so many columns, in bytes: up to a space if there is one. All but ASCII counts
/// twice, as Hangul and emoji take two columns.
inline std::size_t rowLength(std::string_view text, std::size_t mostColumns) {
  std::size_t columns = 0;
  std::size_t after_space = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    std::size_t next = end + 1;
    while (next < text.size() && (static_cast<unsigned char>(text[next]) & 0xC0) == 0x80) ++next;
    columns += next - end == 1 ? 1 : 2;
    if (columns > mostColumns) return after_space > 0 ? after_space : end;
    if (text[end] == ' ') after_space = next;
    end = next;
  }
  return end;
}

}  // namespace example
