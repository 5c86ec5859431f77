// SPDX-License-Identifier: MIT
//
// The platform contract, section process: what a fork leaves of the library's state. A child has copies of all
// descriptors and of all memory, but only the thread that called fork. So whatever names a thread, counts threads or
// belongs to a connection of the parent has to be told from what the child makes itself.
// Thread-safety: any function may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace netlite::platform {

/// Differs between a process and the children that it forks: state that carries another mark was made by a process
/// further up. Never 0. It takes eight bits; the others are 0, for the owner of the state to use.
inline constexpr std::uint32_t kMarkBits = 0xffu << 23;
inline constexpr std::uint32_t kFirstMark = 1u << 23;
inline std::atomic<std::uint32_t> process_mark{kFirstMark};
inline std::uint32_t processMark() noexcept { return process_mark.load(std::memory_order_relaxed); }

/// Counts the forks that parent and child have been through. A descriptor that is older than the last one may be shared
/// between both.
inline std::atomic<std::uint32_t> fork_count{0};
inline std::uint32_t forkCount() noexcept { return fork_count.load(std::memory_order_relaxed); }

/// Has `repair` called in each forked child before fork returns there. At most kMaxRepairs in a program.
inline constexpr int kMaxRepairs = 4;
void repairInForkedChild(void (*repair)()) noexcept;

}  // namespace netlite::platform
