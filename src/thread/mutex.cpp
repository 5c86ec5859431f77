// SPDX-License-Identifier: MIT
//
// The contended path of Mutex.
// Thread-safety: see the header.
#include "thread/mutex.hpp"

#include "thread/parking_lot.hpp"

namespace netlite {

// A strand that gets the lock here leaves it marked as contended: more strands may be parked.
bool Mutex::lockSlowly(Deadline deadline) {
  const std::uint32_t contended = platform::processMark() | kContended;
  for (;;) {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    const bool isHeld = (state & ~kContended) == platform::processMark();
    if (!isHeld) {  // free, or held by a thread of the parent process
      if (state_.compare_exchange_weak(state, contended, std::memory_order_acquire)) return true;
    } else if (state == contended || state_.compare_exchange_weak(state, contended, std::memory_order_relaxed)) {
      if (ParkingLot::parkIf(state_, contended, deadline)) continue;
      std::uint32_t free = kFree;
      return state_.compare_exchange_strong(free, contended, std::memory_order_acquire);
    }
  }
}

void Mutex::wakeOne() noexcept { ParkingLot::unparkOne(state_); }

}  // namespace netlite
