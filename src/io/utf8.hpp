// SPDX-License-Identifier: MIT
//
// Which bytes are UTF-8: The Unicode Standard, table 3-7.
// Thread-safety: no shared state.
#pragma once

#include <cstddef>

namespace netlite {

enum class Utf8Form { wellFormed, malformed, incomplete };

struct Utf8Character {
  Utf8Form form;
  std::size_t length;  // bytes; for a malformed one, of its maximal subpart
};

/// The character at the beginning of `bytes`. @param size not 0
Utf8Character firstUtf8Character(const char* bytes, std::size_t size) noexcept;

/// How many of the first bytes are whole, well-formed characters.
std::size_t wellFormedLength(const char* bytes, std::size_t size) noexcept;

}  // namespace netlite
