// SPDX-License-Identifier: MIT
//
// Forked: notices that its owner is now in a forked child, where the threads that the owner counts do not exist.
// Thread-safety: none; the owner's lock guards it.
#pragma once

#include "platform/process.hpp"

#include <cstdint>
#include <utility>

namespace netlite {

class Forked {
 public:
  /// Whether the process has changed since the last call, or since construction if this is the first call.
  bool notice() noexcept { return std::exchange(mark_, platform::processMark()) != platform::processMark(); }

 private:
  std::uint32_t mark_ = platform::processMark();
};

}  // namespace netlite
