// SPDX-License-Identifier: MIT
//
// support/unsent.hpp for Windows, which does not report it.
// Thread-safety: as support/unsent.hpp says.
#include "support/unsent.hpp"

namespace example::system {

std::optional<std::size_t> unsentBytes(std::intptr_t) { return std::nullopt; }

}  // namespace example::system
