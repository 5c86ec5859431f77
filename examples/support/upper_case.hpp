// SPDX-License-Identifier: MIT
//
// The upper case that the udp_upper programs agree on.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace example {

/// Converts a to z to A to Z and leaves every other byte as it is, whatever the locale.
inline std::string upperCase(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace example
