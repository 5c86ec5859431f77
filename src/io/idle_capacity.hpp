// SPDX-License-Identifier: MIT
//
// The memory that a reader or a writer may keep while its connection is idle.
#pragma once

#include <cstddef>

namespace netlite {

constexpr std::size_t kIdleCapacity = 2048;  // bytes, so that a thousand idle connections take little

}  // namespace netlite
