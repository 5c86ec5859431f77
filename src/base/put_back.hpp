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
/// than those; then there is room for further bytes, so that small pieces rarely move it.
inline void putBack(const std::string& bytes, std::string& memory, std::size_t& position) {
  if (bytes.size() > position) {
    const std::size_t room = std::max(bytes.size(), (memory.size() - position) / 8);
    memory.replace(0, position, room, '\0');
    position = room;
  }
  position -= bytes.size();
  memory.replace(position, bytes.size(), bytes);
}

}  // namespace netlite
