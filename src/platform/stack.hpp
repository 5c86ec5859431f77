// SPDX-License-Identifier: MIT
//
// The platform contract, section stack: memory for the stacks of virtual threads, and a report when one overflows.
// Where the system makes such stacks itself (Windows: with its fibers), the memory only holds what is kept at a stack's
// top, and nothing is reported.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/result.hpp"

#include <cstddef>
#include <system_error>

namespace netlite::platform {

/// In bytes; a power of two.
std::size_t pageSize() noexcept;

/// Reserves address space for stacks, which reads as zeros and takes memory page by page as it is written. It is never
/// given back. std::errc::not_enough_memory: the address space or the system's memory is used up.
/// @param size, alignment in bytes; multiples of pageSize(), the alignment a power of two
Result<void*> reserveStacks(std::size_t size, std::size_t alignment) noexcept;

/// How an access to a page is made to fault.
enum class Guard {
  none,
  mark,    // a mark in the page table, which costs nothing else (Linux 6.13)
  mapping  // memory of its own without access. Systems limit how many mappings a process has
};

/// Whether Guard::mark works here. Finds out once.
bool hasGuardMarks() noexcept;

/// Makes accesses to these pages of reserved memory fault, from now on.
/// @return false if the system refused
bool guardPages(void* address, std::size_t size, Guard guard) noexcept;

/// Gives the memory of these pages back, where other threads may go on reading them meanwhile. They read as zeros
/// afterwards.
void discardPages(void* address, std::size_t size) noexcept;

struct Overflow {
  const char* name;       // of the thread
  std::size_t stackSize;  // in bytes
};

/// Writes "netlite: virtual thread NAME has overflowed its stack of SIZE bytes" to the standard error.
/// Async-signal-safe.
void printOverflow(const Overflow& overflow) noexcept;

/// Finds the stack whose guard contains the address. Returns false if there is none. Called in a signal handler: it may
/// use only what is async-signal-safe.
using FindOverflow = bool (*)(const void* address, Overflow& found) noexcept;

/// Makes the process call printOverflow() when an access hits a guard that `find` finds. Then, as for every other
/// fault, the handler that was installed before is called, or the system's default action is taken with the program
/// still where the fault occurred. To be called once.
void reportOverflows(FindOverflow find) noexcept;

/// Gives the calling thread a stack for the report, until the thread ends: one that has overflowed cannot run it. Does
/// nothing if the thread has such a stack already. Returns false if there is no memory for it; then an overflow ends
/// the program without the line.
bool useOverflowStack() noexcept;

}  // namespace netlite::platform
