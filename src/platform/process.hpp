// SPDX-License-Identifier: MIT
//
// The platform contract, section process: distinguishes the state of a forked child from that of its parent.
// Thread-safety: any function may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace netlite::platform {

/// Differs between a process and the children that it forks. A child has copies of all memory and all descriptors, but
/// only the thread that called fork. So state that names threads, counts threads or belongs to a connection carries the
/// mark of the process that created it. The mark is never 0. It takes eight bits; the others are 0, for the owner of
/// the state to use.
inline constexpr std::uint32_t kMarkBits = 0xffu << 23;
inline constexpr std::uint32_t kFirstMark = 1u << 23;
inline std::atomic<std::uint32_t> process_mark{kFirstMark};
inline std::uint32_t processMark() noexcept { return process_mark.load(std::memory_order_relaxed); }

/// Counts the forks that this process has been through, as parent or as child. A descriptor that is older than the last
/// one may be shared with another process.
inline std::atomic<std::uint32_t> fork_count{0};
inline std::uint32_t forkCount() noexcept { return fork_count.load(std::memory_order_relaxed); }

/// A function to be called in each forked child before fork returns there.
struct ForkRepair {
  void (*repair)();
  ForkRepair* next = nullptr;
};

/// Registers the repair, which has to outlive all forks.
void repairInForkedChild(ForkRepair& repair) noexcept;

/// As long as one lives, a fork of another thread waits. So what is changed meanwhile is whole in the child. For a few
/// instructions only, and without allocating or freeing memory: an allocator may hold its own locks during a fork.
class NoFork {
 public:
  NoFork() noexcept;
  ~NoFork();
  NoFork(const NoFork&) = delete;
  NoFork& operator=(const NoFork&) = delete;
};

}  // namespace netlite::platform
