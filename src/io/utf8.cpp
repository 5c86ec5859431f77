// SPDX-License-Identifier: MIT
//
// Checking UTF-8, eight bytes of ASCII at a time.
// Thread-safety: no shared state.
#include "io/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace netlite {

namespace {

/// What may follow a first byte: The Unicode Standard, table 3-7.
struct Lead {
  std::size_t length;  // of the character; 0 if none begins with this byte
  unsigned char min;
  unsigned char max;  // of the second byte; any later one is from 0x80 to 0xBF
};

Lead leadOf(unsigned char first) noexcept {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

/// A lower bound of the number of ASCII bytes at the front: eight are checked together.
std::size_t asciiLength(const char* bytes, std::size_t size) noexcept {
  std::size_t length = 0;
  std::uint64_t eight = 0;
  while (size - length >= sizeof(eight)) {
    std::memcpy(&eight, bytes + length, sizeof(eight));
    if ((eight & 0x8080808080808080U) != 0) break;
    length += sizeof(eight);
  }
  return length;
}

}  // namespace

Utf8Character firstUtf8Character(const char* bytes, std::size_t size) noexcept {
  Lead lead = leadOf(static_cast<unsigned char>(bytes[0]));
  if (lead.length == 0) return {Utf8Form::malformed, 1};
  for (std::size_t i = 1; i < lead.length; ++i) {
    if (i == size) return {Utf8Form::incomplete, size};
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < lead.min || byte > lead.max) return {Utf8Form::malformed, i};
    lead.min = 0x80;
    lead.max = 0xBF;
  }
  return {Utf8Form::wellFormed, lead.length};
}

std::size_t wellFormedLength(const char* bytes, std::size_t size) noexcept {
  std::size_t length = 0;
  while (length < size) {
    if (static_cast<unsigned char>(bytes[length]) < 0x80) length += asciiLength(bytes + length, size - length);
    if (length == size) break;
    const Utf8Character next = firstUtf8Character(bytes + length, size - length);
    if (next.form != Utf8Form::wellFormed) break;
    length += next.length;
  }
  return length;
}

}  // namespace netlite
