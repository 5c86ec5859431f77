// SPDX-License-Identifier: MIT
//
// WordCondition: a condition variable for WordMutex that takes four bytes.
// Thread-safety: every member may be called from any strand.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "thread/parking_lot.hpp"
#include "thread/word_mutex.hpp"

#include <atomic>
#include <cstdint>

namespace netlite {

/// The waiting strands are in the parking lot. A wait may end early, so callers wait in a loop.
class WordCondition {
 public:
  /// Releases the mutex, waits for a notification or the deadline, and locks the mutex again. Returns false when the
  /// deadline came first; a notification is never lost to a strand whose deadline came first.
  bool waitUntil(WordMutex& mutex, Deadline deadline) NETLITE_REQUIRES(mutex) {
    const std::uint32_t sequence = enter(sequence_);
    mutex.unlock();
    const bool wasNotified = park(sequence_, sequence, deadline);
    mutex.lock();
    return wasNotified;
  }

  void wait(WordMutex& mutex) NETLITE_REQUIRES(mutex) { waitUntil(mutex, Deadline::never()); }

  /// Call these after the change, with or without the mutex held.
  void notifyOne() noexcept { notifyOne(sequence_); }
  void notifyAll() noexcept { notifyAll(sequence_); }

  /// The same for a word, for the public Condition, whose header cannot include this one. A wait is enter() with the
  /// lock held, then park() with what enter() has returned and without the lock.
  using Word = std::atomic<std::uint32_t>;
  static std::uint32_t enter(const Word& sequence) noexcept { return sequence.load(std::memory_order_relaxed); }
  static bool park(const Word& sequence, std::uint32_t entered, Deadline deadline) {
    return ParkingLot::parkIf(sequence, entered, deadline);
  }
  static void notifyOne(Word& sequence) noexcept {
    sequence.fetch_add(1, std::memory_order_release);
    ParkingLot::unparkOne(sequence);
  }
  static void notifyAll(Word& sequence) noexcept {
    sequence.fetch_add(1, std::memory_order_release);
    ParkingLot::unparkAll(sequence);
  }

 private:
  Word sequence_{0};
};

}  // namespace netlite
