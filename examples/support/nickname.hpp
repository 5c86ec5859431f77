// SPDX-License-Identifier: MIT
//
// Which nicknames a server accepts.
// Thread-safety: no shared state.
#pragma once

#include "support/terminal.hpp"
#include "support/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace example {

// A client's nickname goes to all clients in front of each of its lines, so a long one would amplify the traffic.
constexpr std::ptrdiff_t kMaxNickname = 32;                  // characters
constexpr std::size_t kMaxNicknameBytes = 4 * kMaxNickname;  // a character of UTF-8 has at most four bytes

constexpr const char* kNicknameTooLong = "is longer than 32 characters";

/// What is wrong with a nickname, as the end of a sentence about it; empty if nothing is.
inline std::string faultOfNickname(const std::string& name) {
  if (name.find_first_not_of(" \t") == std::string::npos) return "is empty";
  if (visible(name) != name) return "is not plain text: it has control characters or is not UTF-8";
  if (std::count_if(name.begin(), name.end(), isFirstByte) <= kMaxNickname) return "";
  return kNicknameTooLong;
}

}  // namespace example
