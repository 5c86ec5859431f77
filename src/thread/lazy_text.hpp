// SPDX-License-Identifier: MIT
//
// LazyText: a text that is made only when it is asked for, such as what a virtual thread waits for, or its name.
// Thread-safety: a value.
#pragma once

#include <string>

namespace netlite {

struct LazyText {
  std::string (*describe)(const void* object) = nullptr;  // null: no text
  const void* object = nullptr;

  std::string textOr(const char* other) const { return describe == nullptr ? other : describe(object); }
};

/// For a callable that returns the text, and has to outlive the value.
template <typename Describe>
LazyText lazyText(const Describe& describe) noexcept {
  return {[](const void* object) { return std::string((*static_cast<const Describe*>(object))()); }, &describe};
}

/// For a text that is there, and has to outlive the value.
inline LazyText lazyText(const std::string& text) noexcept {
  return {[](const void* object) { return *static_cast<const std::string*>(object); }, &text};
}

}  // namespace netlite
