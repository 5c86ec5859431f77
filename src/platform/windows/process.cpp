// SPDX-License-Identifier: MIT
//
// Windows has no fork.
// Thread-safety: no state.
#include "platform/process.hpp"

namespace netlite::platform {

void repairInForkedChild(ForkRepair&) noexcept {}

NoFork::NoFork() noexcept = default;

NoFork::~NoFork() = default;

}  // namespace netlite::platform
