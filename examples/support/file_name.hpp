// SPDX-License-Identifier: MIT
//
// Which names a file of a shared folder may have.
// Thread-safety: no shared state.
#pragma once

#include "support/folder.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace example {

constexpr std::size_t kMaxFileName = 255;  // bytes

/// What the names of files that are not complete begin with. No other file may have such a name.
constexpr char kPartialPrefix[] = ".netlite-partial-";

inline bool isPartialName(const std::string& name) { return name.rfind(kPartialPrefix, 0) == 0; }

inline bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Returns the name of a file, which is nothing but that: not a path, and nothing that the system takes for something
/// else.
///
/// @throws FileRefused
inline const std::string& checkedFileName(const std::string& name) {
  if (name.empty()) throw FileRefused("the name is empty");
  if (name.size() > kMaxFileName) throw FileRefused("the name is longer than 255 bytes");
  if (name.find_first_of("/\\") != std::string::npos) throw FileRefused("a name must not contain a path");
  if (name == "." || name == "..") throw FileRefused("that is a folder");
  if (std::any_of(name.begin(), name.end(), isControl)) throw FileRefused("the name has control characters");
  if (isPartialName(name)) throw FileRefused("that is the name of an incomplete file");
  if (system::hasAnotherMeaning(name)) throw FileRefused("the system does not allow that name");
  return name;
}

}  // namespace example
