// SPDX-License-Identifier: MIT
//
// Converting between UTF-8 and modified UTF-8. Most texts are the same in both, and are copied.
// Thread-safety: no shared state.
#include "io/modified_utf8.hpp"

#include "io/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace netlite {

namespace {

constexpr std::size_t kSurrogateLength = 3;                // bytes
constexpr std::size_t kPairLength = 2 * kSurrogateLength;  // bytes
constexpr std::size_t kSupplementaryLength = 4;            // bytes in UTF-8 of a character beyond U+FFFF
constexpr std::uint32_t kFirstSupplementary = 0x10000;
constexpr std::string_view kZero("\xC0\x80", 2);  // U+0000

std::uint32_t byteAt(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<unsigned char>(bytes[index]);
}

char toByte(std::uint32_t value) noexcept { return static_cast<char>(static_cast<unsigned char>(value)); }

/// Whether a character beyond U+FFFF begins with this byte of well-formed UTF-8.
bool beginsSupplementary(char byte) noexcept { return static_cast<unsigned char>(byte) >= 0xF0; }

std::ptrdiff_t supplementaryCount(std::string_view text) noexcept {
  return std::count_if(text.begin(), text.end(), beginsSupplementary);
}

/// Writes U+D800 + `tenBits` or, as a low surrogate, U+DC00 + `tenBits`. Returns the position after it.
char* putSurrogate(bool isLow, std::uint32_t tenBits, char* to) noexcept {
  *to++ = toByte(0xED);
  *to++ = toByte((isLow ? 0xB0U : 0xA0U) | tenBits >> 6);
  *to++ = toByte(0x80U | (tenBits & 0x3FU));
  return to;
}

/// @param bytes the four bytes of a character beyond U+FFFF
char* putPair(std::string_view bytes, char* to) noexcept {
  const std::uint32_t character = (byteAt(bytes, 0) & 0x07U) << 18 | (byteAt(bytes, 1) & 0x3FU) << 12 |
                                  (byteAt(bytes, 2) & 0x3FU) << 6 | (byteAt(bytes, 3) & 0x3FU);
  const std::uint32_t twentyBits = character - kFirstSupplementary;
  return putSurrogate(true, twentyBits & 0x3FFU, putSurrogate(false, twentyBits >> 10, to));
}

/// Whether the bytes begin with a surrogate of this kind.
bool beginsWithSurrogate(bool isLow, std::string_view bytes) noexcept {
  return bytes.size() >= kSurrogateLength && byteAt(bytes, 0) == 0xED &&
         (byteAt(bytes, 1) & 0xF0U) == (isLow ? 0xB0U : 0xA0U) && (byteAt(bytes, 2) & 0xC0U) == 0x80U;
}

bool beginsWithPair(std::string_view bytes) noexcept {
  return beginsWithSurrogate(false, bytes) && beginsWithSurrogate(true, bytes.substr(kSurrogateLength));
}

/// The ten bits of the surrogate at the beginning of the bytes.
std::uint32_t tenBitsOf(std::string_view bytes) noexcept {
  return (byteAt(bytes, 1) & 0x0FU) << 6 | (byteAt(bytes, 2) & 0x3FU);
}

/// @param bytes begin with a pair
void appendSupplementary(std::string_view bytes, std::string& text) {
  const std::uint32_t character =
      kFirstSupplementary + (tenBitsOf(bytes) << 10 | tenBitsOf(bytes.substr(kSurrogateLength)));
  text += {toByte(0xF0U | character >> 18), toByte(0x80U | (character >> 12 & 0x3FU)),
           toByte(0x80U | (character >> 6 & 0x3FU)), toByte(0x80U | (character & 0x3FU))};
}

/// Appends the first character. Returns its length in `bytes`, 0 if it is malformed.
std::size_t appendFirst(std::string_view bytes, std::string& text) {
  const Utf8Character first = firstUtf8Character(bytes.data(), bytes.size());
  if (first.form == Utf8Form::wellFormed && first.length != kSupplementaryLength) {
    text.append(bytes, 0, first.length);
    return first.length;
  }
  if (bytes.substr(0, kZero.size()) == kZero) {
    text += '\0';
    return kZero.size();
  }
  if (!beginsWithPair(bytes)) return 0;
  appendSupplementary(bytes, text);
  return kPairLength;
}

}  // namespace

std::size_t modifiedUtf8Length(std::string_view text) noexcept {
  const std::ptrdiff_t zeros = std::count(text.begin(), text.end(), '\0');
  const auto longer = static_cast<std::size_t>(zeros) * (kZero.size() - 1) +
                      static_cast<std::size_t>(supplementaryCount(text)) * (kPairLength - kSupplementaryLength);
  return text.size() + longer;
}

void encodeModifiedUtf8(std::string_view text, char* to) noexcept {
  while (!text.empty()) {
    const auto special =
        std::find_if(text.begin(), text.end(), [](char c) { return c == '\0' || beginsSupplementary(c); });
    const auto same = static_cast<std::size_t>(special - text.begin());
    std::memcpy(to, text.data(), same);
    to += same;
    text.remove_prefix(same);
    if (text.empty()) return;
    if (text.front() == '\0') {
      to += kZero.copy(to, kZero.size());
      text.remove_prefix(1);
    } else {
      to = putPair(text, to);
      text.remove_prefix(kSupplementaryLength);
    }
  }
}

std::size_t decodeModifiedUtf8(std::string_view bytes, std::string& text) {
  std::size_t same = wellFormedLength(bytes.data(), bytes.size());
  const auto supplementary =
      std::find_if(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(same), beginsSupplementary);
  same = static_cast<std::size_t>(supplementary - bytes.begin());
  text.assign(bytes, 0, same);
  for (std::size_t position = same; position < bytes.size();) {
    const std::size_t length = appendFirst(bytes.substr(position), text);
    if (length == 0) return position;
    position += length;
  }
  return bytes.size();
}

}  // namespace netlite
