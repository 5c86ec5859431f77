// SPDX-License-Identifier: MIT
//
// Bytes as hexadecimal digits, as tables have them.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace netlite::test {

inline std::string toHex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string digits;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    digits += {kDigits[value / 16], kDigits[value % 16]};
  }
  return digits;
}

inline std::string fromHex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

}  // namespace netlite::test
