// SPDX-License-Identifier: MIT
//
// ParkingLot: the strands that wait for a word of memory to change, as on a futex.
// Thread-safety: every function may be called from any strand.
#pragma once

#include "base/deadline.hpp"

#include <atomic>
#include <cstdint>

namespace netlite {

/// A lock or a condition is a single word. Everything else that waiting needs is on the stacks of the waiting strands.
class ParkingLot {
 public:
  /// Parks the calling strand until an unpark of this word or the deadline, if the word still has the expected value
  /// when the strand enters the list. Returns false when the deadline came first: then no unpark was spent on this
  /// strand.
  static bool parkIf(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline);

  /// Wakes the strand that has waited longest for this word.
  static void unparkOne(const std::atomic<std::uint32_t>& word) noexcept;

  /// Wakes all strands that wait for this word.
  static void unparkAll(const std::atomic<std::uint32_t>& word) noexcept;
};

}  // namespace netlite
