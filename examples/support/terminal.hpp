// SPDX-License-Identifier: MIT
//
// Makes text safe for a terminal.
// Thread-safety: no shared state.
#pragma once

#include "support/plain_text.hpp"

#include <cstddef>
#include <string>

namespace example {

/// A line without anything that a terminal would obey: malformed UTF-8 and control characters become U+FFFD, and a tab
/// becomes a space.
inline std::string visible(const std::string& line) {
  const std::string text = validText(line);
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
