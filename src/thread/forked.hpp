// SPDX-License-Identifier: MIT
//
// Forked: notices that an object has come into a forked child, where the threads that it counts or waits for do not
// exist.
// Thread-safety: none; the owner's lock guards it.
#pragma once

#include "platform/process.hpp"

#include <cstdint>
#include <utility>

namespace netlite {

class Forked {
 public:
  /// Whether the process is another one than at the call before, or else than at the construction.
  bool notice() noexcept { return std::exchange(mark_, platform::processMark()) != platform::processMark(); }

 private:
  std::uint32_t mark_ = platform::processMark();
};

}  // namespace netlite
