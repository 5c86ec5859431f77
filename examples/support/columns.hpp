// SPDX-License-Identifier: MIT
//
// Where a character of UTF-8 text begins and ends, and how many columns a terminal gives it.
// Thread-safety: no shared state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace example {

/// A code point and the number of its bytes.
struct CodePoint {
  char32_t value;
  std::size_t size;
};

constexpr char32_t kReplacement = 0xFFFD;

/// The code point at the beginning of `text`, which is not empty. A byte that does not begin one yields U+FFFD.
inline CodePoint firstCodePoint(std::string_view text) {
  constexpr char32_t kMinValue[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC0 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF8 ? 4
                                          : 0;
  if (size == 1) return {first, 1};
  if (size == 0 || size > text.size()) return {kReplacement, 1};
  char32_t value = first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned char next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {kReplacement, 1};
    value = value << 6 | (next & 0x3Fu);
  }
  const bool isValid = value >= kMinValue[size] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return isValid ? CodePoint{value, size} : CodePoint{kReplacement, 1};
}

/// The columns of a code point: 2 for Hangul, Chinese, Japanese and emoji, 0 for what combines with the character
/// before it.
inline std::size_t columnsOf(char32_t value) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr Range kZeroWidth[] = {
      {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x610, 0x61A},   {0x64B, 0x65F},    {0x1160, 0x11FF},
      {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0x302A, 0x302F},  {0x3099, 0x309A},
      {0xD7B0, 0xD7FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
  constexpr Range kWide[] = {
      {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
      {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
      {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
      {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
      {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
      {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
      {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
      {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
      {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE1F},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},
      {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF},
      {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
      {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
      {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
      {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F},
      {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EF},
      {0x1F6F4, 0x1F6FF}, {0x1F7E0, 0x1F7FF}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF},
      {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};
  const auto holds = [value](const Range& range) { return range.first <= value && value <= range.last; };
  if (std::any_of(std::begin(kZeroWidth), std::end(kZeroWidth), holds)) return 0;
  return std::any_of(std::begin(kWide), std::end(kWide), holds) ? 2 : 1;
}

/// The end of the character at `position`: a code point and those that combine with it.
inline std::size_t nextCharacter(std::string_view text, std::size_t position) {
  position += firstCodePoint(text.substr(position)).size;
  while (position < text.size()) {
    const CodePoint point = firstCodePoint(text.substr(position));
    if (columnsOf(point.value) > 0) break;
    position += point.size;
  }
  return position;
}

/// The beginning of the character that ends at `position`, which is not 0.
inline std::size_t previousCharacter(std::string_view text, std::size_t position) {
  constexpr std::size_t kMaxSize = 4;
  CodePoint point{};
  do {
    std::size_t size = std::min(position, kMaxSize);
    while (size > 1 && firstCodePoint(text.substr(position - size, size)).size != size) --size;
    point = firstCodePoint(text.substr(position - size, size));
    position -= size;
  } while (position > 0 && columnsOf(point.value) == 0);
  return position;
}

}  // namespace example
