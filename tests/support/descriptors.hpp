// SPDX-License-Identifier: MIT
//
// The test program's open descriptors: all of them on Linux, only the sockets on Windows.
// Thread-safety: no shared state; descriptors that other threads open meanwhile are counted too.
#pragma once

#include "support/eventually.hpp"

#include <cstdint>
#include <set>

namespace netlite::test {

/// Whether the system lists them.
bool descriptorsAreVisible();

std::set<std::intptr_t> openDescriptors();

/// Waits until exactly these descriptors are open: another thread may still be closing one that it accepted.
inline bool descriptorsReturnTo(const std::set<std::intptr_t>& descriptors) {
  return eventually([&] { return openDescriptors() == descriptors; });
}

/// Whether a child process would inherit the descriptor.
bool isInherited(std::intptr_t descriptor);

}  // namespace netlite::test
