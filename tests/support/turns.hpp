// SPDX-License-Identifier: MIT
//
// Virtual threads that wake each other in turn, to find a wake-up that is lost or late.
// Thread-safety: no shared state.
#pragma once

#include <netlite/netlite.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace netlite::test {

/// Whether three virtual threads take `rounds` turns each within `patience`. If not, they may go on.
inline bool turnsPass(int rounds, std::chrono::milliseconds patience) {
  using Turns = std::array<Semaphore, 3>;
  const std::shared_ptr<Turns> turns(new Turns{Semaphore(1), Semaphore(0), Semaphore(0)});
  std::vector<Thread> threads;
  for (std::size_t i = 0; i < turns->size(); ++i) {
    threads.push_back(Thread::startVirtualThread([turns, i, rounds] {
      for (int round = 0; round < rounds; ++round) {
        (*turns)[i].acquire();
        (*turns)[(i + 1) % turns->size()].release();
      }
    }));
  }
  for (const Thread& thread : threads) {
    if (!thread.join(patience)) return false;
  }
  return true;
}

}  // namespace netlite::test
