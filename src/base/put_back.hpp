// SPDX-License-Identifier: MIT
//
// Puts bytes back into the memory that a stream has read them from.
// Thread-safety: no shared state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace netlite {

/// Puts `bytes` in front of `position`, over bytes that were read already. What follows moves only if there are more
/// than those.
inline void putBack(const std::string& bytes, std::string& memory, std::size_t& position) {
  const std::size_t count = std::min(bytes.size(), position);
  memory.replace(position - count, count, bytes);
  position -= count;
}

}  // namespace netlite
