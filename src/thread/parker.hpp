// SPDX-License-Identifier: MIT
//
// Parker: where one strand sleeps until another one wakes it.
// Thread-safety: only the strand that created the parker calls park(); any strand may call unpark().
#pragma once

#include "base/deadline.hpp"
#include "thread/strand.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace netlite {

/// An OS thread sleeps on a condition variable. A virtual thread leaves its carrier to others.
class Parker {
 public:
  Parker() noexcept : thread_(current_strand.virtual_thread) {}
  Parker(const Parker&) = delete;
  Parker& operator=(const Parker&) = delete;

  /// Sleeps until unpark(), which may have come before, or the deadline. Returns false when the deadline came first.
  bool park(Deadline deadline);

  /// Ends the current park(), or the next one.
  void unpark() noexcept;

 private:
  bool parkVirtualThread(Deadline deadline);

  VirtualThread* const thread_;  // null: an OS thread
  std::mutex mutex_;             // these two: for an OS thread
  std::condition_variable unparked_;
  std::atomic<bool> has_permit_{false};  // of an OS thread: written with mutex_ held
};

}  // namespace netlite
