// SPDX-License-Identifier: MIT
//
// How a stream takes bytes back that it has read from its memory.
// Thread-safety: no shared state.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace netlite {

/// Puts `bytes` before those of `memory` that start at `position`: where they came from, if they did, without moving
/// what follows.
inline void putBack(const std::string& bytes, std::string& memory, std::size_t& position) {
  const std::size_t count = std::min(bytes.size(), position);
  memory.replace(position - count, count, bytes);
  position -= count;
}

}  // namespace netlite
