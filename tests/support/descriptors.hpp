// SPDX-License-Identifier: MIT
//
// The descriptors that the test program has open, where the system tells: all of them on Linux, the sockets on Windows.
// Thread-safety: no shared state; what other threads open meanwhile is counted too.
#pragma once

#include "support/eventually.hpp"

#include <cstdint>
#include <set>

namespace netlite::test {

bool descriptorsAreVisible();

std::set<std::intptr_t> openDescriptors();

/// Waits until no other descriptors are open than these: some thread may still be closing what it has accepted.
inline bool descriptorsFallTo(const std::set<std::intptr_t>& descriptors) {
  return eventually([&] { return openDescriptors() == descriptors; });
}

/// Whether a child process would have the descriptor too.
bool isInherited(std::intptr_t descriptor);

}  // namespace netlite::test
