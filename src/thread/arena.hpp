// SPDX-License-Identifier: MIT
//
// Arena: a part of a stack's first page for small objects.
// Thread-safety: allocate() is for one strand at a time; drop() may be called from any.
#pragma once

#include "thread/stack_pool.hpp"
#include "thread/strand_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace netlite {

/// Lives at the top of a virtual thread's stack. An object may outlive the thread, since a handler may move a socket
/// away: the stack can be used again when the thread and the last object are gone.
class Arena {
 public:
  explicit Arena(const Stack& stack) noexcept : stack_(stack) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Where the strand's objects are put; null: on the heap.
  static Arena* current() noexcept;

  /// Returns null if there is no room.
  void* allocate(std::size_t size) noexcept;

  /// Whether objects are in it. For the thread.
  bool hasObjects() const noexcept { return references_.load(std::memory_order_acquire) != 1; }

  /// Ends the use by an object or by the thread. Returns true for the last one, which has to release the stack.
  bool drop() noexcept { return references_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  const Stack& stack() const noexcept { return stack_; }

 private:
  static constexpr std::size_t kCapacity = 1024;  // what a connection with a reader and a tied writer needs

  const Stack stack_;
  std::atomic<std::uint32_t> references_{1};                   // the thread, and objects
  std::uint32_t used_ = 0;                                     // bytes
  alignas(kStrandAlignment) unsigned char memory_[kCapacity];  // not initialized
};

/// While it lives, the running strand's objects are put into this arena, whose thread has not started yet.
class UseArena {
 public:
  explicit UseArena(Arena* arena) noexcept;
  ~UseArena();
  UseArena(const UseArena&) = delete;
  UseArena& operator=(const UseArena&) = delete;

 private:
  Arena* const before_;
};

}  // namespace netlite
