// SPDX-License-Identifier: MIT
//
// Polls for conditions that become true without notice, such as the system's view of this program.
// Thread-safety: that of the condition.
#pragma once

#include <chrono>
#include <thread>

namespace netlite::test {

/// Polls until the condition holds or ten seconds have passed. Returns whether it holds.
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
