// SPDX-License-Identifier: MIT
//
// When a connection counts as idle, and the memory that a reader or a writer may keep then.
#pragma once

#include <chrono>
#include <cstddef>

namespace netlite {

// A connection with nothing to read for this long counts as idle: long enough that a busy one never frees its memory
// only to allocate it again.
constexpr std::chrono::milliseconds kIdleAfter{20};

constexpr std::size_t kIdleCapacity = 2048;  // bytes, so that a thousand idle connections take little

}  // namespace netlite
