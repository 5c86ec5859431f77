// SPDX-License-Identifier: MIT
//
// StackPool: a carrier's supply of stacks for virtual threads.
// Thread-safety: an object is for one thread at a time; the static members may be called from any thread.
#pragma once

#include <array>
#include <cstddef>

namespace netlite {

/// The usable memory of a stack, without its guard.
struct Stack {
  void* bottom = nullptr;
  void* top = nullptr;
  bool isGuarded = false;  // otherwise isIntact() has to find out about an overflow
};

/// Stacks are cut from large slabs of address space, which are never given back to the system. So a pointer into a
/// stack that has been released, or that is in use again, can still be read: the control block at a stack's top is
/// type-stable memory. A stack that was never used, or that has waited in the shared list, is all zeros.
///
/// A stack takes a power of two of address space, at least four pages, and is aligned to it. This includes its guard,
/// the lowest page, as the sizes of pthreads do: the default stack of 64 KiB has 60 KiB to use. Its memory is what has
/// been touched.
///
/// An overflow runs into the guard. Where the system has guards that cost nothing, every stack has one. Otherwise only
/// the first 16,000 have, since each costs a mapping; of the others isIntact() checks the guard's uppermost bytes.
///
/// In a forked child the pools are as they were. The stacks that were in the shared list are lost there.
class StackPool {
 public:
  static constexpr std::size_t kDefaultSize = 64 * 1024;

  StackPool() noexcept = default;
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  /// Passes the stacks that it keeps to the shared list.
  ~StackPool();

  /// Takes a stack that has ended, most recently used first, or else makes one.
  /// @param size in bytes; rounded up as described above
  /// @throws std::system_error std::errc::not_enough_memory: the address space or the system's memory is used up, or
  ///                           the size exceeds what any system has
  Stack acquire(std::size_t size);

  /// Takes the stack back. The first 64 keep their memory; of the others only the address space is kept, in a list that
  /// all pools share.
  void release(const Stack& stack) noexcept;

  /// Gives a stack to all pools, and its memory back. For any thread.
  static void releaseToAll(const Stack& stack) noexcept;

  /// How much address space the stack takes: the size that acquire() was called with, rounded up.
  static std::size_t sizeOf(const Stack& stack) noexcept;

  /// Whether the stack has not overflowed. Always true for a guarded stack: an overflow faults.
  static bool isIntact(const Stack& stack) noexcept { return stack.isGuarded || isGuardUntouched(stack); }

  /// Finds the stack whose guard contains the address; false if there is none. Async-signal-safe. Says nothing of
  /// `isGuarded`.
  static bool findByGuard(const void* address, Stack& found) noexcept;

 private:
  static constexpr std::size_t kMaxKept = 64;

  static bool isGuardUntouched(const Stack& stack) noexcept;

  std::array<Stack, kMaxKept> kept_;  // the first kept_count_ are valid
  std::size_t kept_count_ = 0;
};

}  // namespace netlite
