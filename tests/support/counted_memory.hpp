// SPDX-License-Identifier: MIT
//
// Counts the memory that a program allocates with operator new, and refuses it on demand. Each program that includes
// this is linked with counted_memory.cpp, which replaces the operators.
// Thread-safety: every function may be called from any thread.
#pragma once

#include <limits>

namespace netlite::test {

constexpr long kUnlimited = std::numeric_limits<long>::max();

/// How many allocations the calling thread has made.
long allocations() noexcept;

/// Limits the calling thread to `max` more allocations; later ones throw std::bad_alloc.
void allowAllocations(long max) noexcept;

/// The bytes that all threads together have allocated and not freed.
long bytesInUse() noexcept;

}  // namespace netlite::test
