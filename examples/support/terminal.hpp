// SPDX-License-Identifier: MIT
//
// What a line needs before it may go to a terminal where a person is typing.
// Thread-safety: no shared state.
#pragma once

#include <netlite/netlite.hpp>

#include <cstddef>
#include <string>

namespace example {

/// A line as text only: what is no UTF-8 and every control character (a terminal would obey it) becomes U+FFFD, but a
/// tab a space.
inline std::string visible(const std::string& line) {
  const std::string text = netlite::InputStreamReader(netlite::ByteArrayInputStream(line)).readAllBytes();
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char byte = static_cast<unsigned char>(text[i]);
    const bool isLongControl = byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (byte == '\t') {
      result += ' ';
    } else if (byte < 0x20 || byte == 0x7F || isLongControl) {
      result += "\xEF\xBF\xBD";
      i += isLongControl ? 1 : 0;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace example
