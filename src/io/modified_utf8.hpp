// SPDX-License-Identifier: MIT
//
// Java's modified UTF-8 (java.io.DataInput), in which DataInputStream and DataOutputStream transfer texts.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace netlite {

/// It differs from UTF-8 in two ways: U+0000 is C0 80, and a character beyond U+FFFF is two surrogates of three bytes
/// each.

/// The bytes before a transferred text, which say how many bytes the text takes.
inline constexpr std::size_t kUtfLengthSize = 2;

/// How many bytes `text` takes in modified UTF-8. @param text well-formed UTF-8
std::size_t modifiedUtf8Length(std::string_view text) noexcept;

/// Writes `text` to `to` in modified UTF-8.
///
/// @param text well-formed UTF-8
/// @param to   has room for modifiedUtf8Length(text) bytes
void encodeModifiedUtf8(std::string_view text, char* to) noexcept;

/// Sets `text` to the UTF-8 for these bytes. Accepts a zero byte for U+0000, as Java does.
///
/// @return how many of the first bytes are well-formed: all, or `text` is not complete
std::size_t decodeModifiedUtf8(std::string_view bytes, std::string& text);

}  // namespace netlite
