// SPDX-License-Identifier: MIT
//
// The number of threads in the test program, where the system reports it.
// Thread-safety: no shared state; threads that others start meanwhile are counted too.
#pragma once

#include "support/eventually.hpp"

#include <cstddef>
#include <thread>

namespace netlite::test {

/// Whether the system reports it.
bool threadsAreVisible();

std::size_t runningThreads();

/// The number of threads left once those of a test have ended. A sanitizer starts its own thread with the first one.
inline std::size_t baselineThreads() {
  std::thread([] {}).join();
  return runningThreads();
}

/// Waits until at most `count` threads are left: a joined thread may be listed a moment longer.
inline bool threadsFallTo(std::size_t count) {
  return eventually([count] { return runningThreads() <= count; });
}

}  // namespace netlite::test
