// SPDX-License-Identifier: MIT
//
// Waiting for what becomes true soon, and tells nobody: the system's view of this program.
// Thread-safety: as the condition's.
#pragma once

#include <chrono>
#include <thread>

namespace netlite::test {

/// Asks until the condition holds, or ten seconds have gone. Returns what it said last.
template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace netlite::test
