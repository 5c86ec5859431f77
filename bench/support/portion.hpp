// SPDX-License-Identifier: MIT
//
// The sizes of the bulk workloads.
#pragma once

#include <cstddef>

namespace bench {

constexpr std::size_t kBlock = 64 * 1024;       // bytes of one call
constexpr std::size_t kPortion = 256 * kBlock;  // bytes of one iteration

}  // namespace bench
