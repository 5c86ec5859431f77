// SPDX-License-Identifier: MIT
//
// Condition: a condition variable for Mutex that takes four bytes.
// Thread-safety: every member may be called from any strand.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "thread/mutex.hpp"
#include "thread/parking_lot.hpp"

#include <atomic>
#include <cstdint>

namespace netlite {

/// The waiting strands are in the parking lot. A wait may end early, so callers wait in a loop.
class Condition {
 public:
  /// Releases the mutex, waits for a notification or the deadline, and locks the mutex again. Returns false when the
  /// deadline came first; a notification is never lost to a strand whose deadline came first.
  bool waitUntil(Mutex& mutex, Deadline deadline) NETLITE_REQUIRES(mutex) {
    const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    mutex.unlock();
    const bool wasNotified = ParkingLot::parkIf(sequence_, sequence, deadline);
    mutex.lock();
    return wasNotified;
  }

  void wait(Mutex& mutex) NETLITE_REQUIRES(mutex) { waitUntil(mutex, Deadline::never()); }

  /// Call these after the change, with or without the mutex held.
  void notifyOne() noexcept {
    sequence_.fetch_add(1, std::memory_order_release);
    ParkingLot::unparkOne(sequence_);
  }
  void notifyAll() noexcept {
    sequence_.fetch_add(1, std::memory_order_release);
    ParkingLot::unparkAll(sequence_);
  }

 private:
  std::atomic<std::uint32_t> sequence_{0};
};

}  // namespace netlite
