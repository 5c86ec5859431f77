// SPDX-License-Identifier: MIT
//
// The threads that the test program has running, where the system tells.
// Thread-safety: no shared state; what other threads start meanwhile is counted too.
#pragma once

#include "support/eventually.hpp"

#include <cstddef>
#include <thread>

namespace netlite::test {

bool threadsAreVisible();

std::size_t runningThreads();

/// The threads that there are when those of a test have ended. A sanitizer has one of its own from the first one on.
inline std::size_t lastingThreads() {
  std::thread([] {}).join();
  return runningThreads();
}

/// Waits until no more than `count` threads are left: one that has been joined may be listed a moment longer.
inline bool threadsFallTo(std::size_t count) {
  return eventually([count] { return runningThreads() <= count; });
}

}  // namespace netlite::test
