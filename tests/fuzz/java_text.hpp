// SPDX-License-Identifier: MIT
//
// Texts as Java has them, in UTF-16: what the fuzz targets compare data streams with. Written from the descriptions of
// UTF-8 (RFC 3629) and of java.io.DataInput, not from netlite's code. Thread-safety: no shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netlite::fuzz {

using JavaText = std::u16string;

inline std::uint32_t byteOf(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// The bits of the continuation byte at `index`, or nothing.
inline std::optional<std::uint32_t> continuation(std::string_view bytes, std::size_t index) {
  if (index >= bytes.size() || byteOf(bytes, index) / 64 != 2) return std::nullopt;
  return byteOf(bytes, index) % 64;
}

/// Removes a character of up to `maxLength` bytes, in whatever form, from the front. Nothing if there is none.
inline std::optional<std::uint32_t> takeCharacter(std::string_view& bytes, std::size_t maxLength, std::size_t& length) {
  const std::uint32_t first = byteOf(bytes, 0);
  length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
  if (length == 0 || length > maxLength) return std::nullopt;
  std::uint32_t character = length == 1 ? first : first % (1U << (7 - length));
  for (std::size_t i = 1; i < length; ++i) {
    const std::optional<std::uint32_t> bits = continuation(bytes, i);
    if (!bits) return std::nullopt;
    character = character * 64 + *bits;
  }
  bytes.remove_prefix(length);
  return character;
}

inline void append(JavaText& text, std::uint32_t character) {
  if (character < 0x10000) {
    text += static_cast<char16_t>(character);
  } else {
    text += static_cast<char16_t>(0xD800 + (character - 0x10000) / 0x400);
    text += static_cast<char16_t>(0xDC00 + (character - 0x10000) % 0x400);
  }
}

inline std::size_t utf8Length(std::uint32_t character) {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

inline bool isSurrogate(std::uint32_t character) { return character >= 0xD800 && character < 0xE000; }

/// The text of these bytes if they are UTF-8.
inline std::optional<JavaText> fromUtf8(std::string_view bytes) {
  JavaText text;
  while (!bytes.empty()) {
    std::size_t length = 0;
    const std::optional<std::uint32_t> character = takeCharacter(bytes, 4, length);
    if (!character || length != utf8Length(*character) || isSurrogate(*character) || *character > 0x10FFFF) {
      return std::nullopt;
    }
    append(text, *character);
  }
  return text;
}

/// Whether each high surrogate is followed by a low one, and no other low one is there.
inline bool isPaired(const JavaText& text) {
  bool afterHigh = false;
  for (const char16_t unit : text) {
    const bool isLow = unit >= 0xDC00 && unit < 0xE000;
    if (isLow != afterHigh) return false;
    afterHigh = unit >= 0xD800 && unit < 0xDC00;
  }
  return !afterHigh;
}

/// The text of these bytes if they are modified UTF-8 without overlong forms and unpaired surrogates.
inline std::optional<JavaText> fromModifiedUtf8(std::string_view bytes) {
  JavaText text;
  while (!bytes.empty()) {
    std::size_t length = 0;
    const std::optional<std::uint32_t> unit = takeCharacter(bytes, 3, length);
    const bool isZero = unit == 0U && length == 2;
    if (!unit || (length != utf8Length(*unit) && !isZero)) return std::nullopt;
    text += static_cast<char16_t>(*unit);
  }
  if (!isPaired(text)) return std::nullopt;
  return text;
}

/// What Java's writeUTF() writes after the length.
inline std::string toModifiedUtf8(const JavaText& text) {
  std::string bytes;
  for (const char16_t unit : text) {
    if (unit != 0 && unit < 0x80) {
      bytes += static_cast<char>(unit);
    } else if (unit < 0x800) {
      bytes += {static_cast<char>(0xC0 + unit / 64), static_cast<char>(0x80 + unit % 64)};
    } else {
      bytes += {static_cast<char>(0xE0 + unit / 4096), static_cast<char>(0x80 + unit / 64 % 64),
                static_cast<char>(0x80 + unit % 64)};
    }
  }
  return bytes;
}

}  // namespace netlite::fuzz
