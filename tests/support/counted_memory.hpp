// SPDX-License-Identifier: MIT
//
// The memory that a program takes by operator new: counted, and refused on demand. Each program that includes this is
// linked with counted_memory.cpp, which replaces the operators.
// Thread-safety: every function may be called from any thread.
#pragma once

#include <limits>

namespace netlite::test {

constexpr long kAsManyAsWanted = std::numeric_limits<long>::max();

/// How many allocations the calling thread has made.
long allocations() noexcept;

/// How many more the calling thread may make; those that follow throw std::bad_alloc.
void allowAllocations(long most) noexcept;

/// What all threads together have taken and not given back, in bytes.
long bytesInUse() noexcept;

}  // namespace netlite::test
