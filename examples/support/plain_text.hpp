// SPDX-License-Identifier: MIT
//
// Text that is one line of UTF-8, wherever it is shown.
// Thread-safety: no shared state.
#pragma once

#include "support/utf8.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace example {

/// The text with U+FFFD in place of what is not UTF-8.
inline std::string validText(const std::string& bytes) {
  return netlite::InputStreamReader(netlite::ByteArrayInputStream(bytes)).readAllBytes();
}

/// How many bytes the control character or line end has that a text begins with: U+0000 to U+001F, U+007F to U+009F,
/// U+2028 or U+2029.
///
/// @param text valid UTF-8, not empty
/// @return 0 if it begins with another character
inline std::size_t controlSize(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x20 || byte == 0x7F) return 1;
  if (byte == 0xC2) return text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0 ? 2 : 0;
  if (byte != 0xE2) return 0;
  const std::string_view character = text.substr(0, 3);
  return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9" ? 3 : 0;
}

/// The text with a space in place of each control character and line end.
///
/// @param text valid UTF-8
inline std::string plainText(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = controlSize(text);
    result += size > 0 ? ' ' : text.front();
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

/// The first characters of a text.
///
/// @param text valid UTF-8
inline std::string firstCharacters(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size()) {
    if (isFirstByte(text[end]) && count-- == 0) break;
    ++end;
  }
  return text.substr(0, end);
}

/// Whether there is nothing to see.
inline bool isBlank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

}  // namespace example
