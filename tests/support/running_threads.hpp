// SPDX-License-Identifier: MIT
//
// The threads that the test program has running, where the system tells.
// Thread-safety: no shared state; what other threads start meanwhile is counted too.
#pragma once

#include <chrono>
#include <cstddef>
#include <thread>

namespace netlite::test {

bool threadsAreVisible();

std::size_t runningThreads();

/// Waits until no more than `count` threads are left: one that has been joined may be listed a moment longer.
inline bool threadsFallTo(std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (runningThreads() > count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace netlite::test
