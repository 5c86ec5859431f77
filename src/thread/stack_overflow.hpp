// SPDX-License-Identifier: MIT
//
// Ends the program with a message when a virtual thread has overflowed its stack.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "thread/stack_pool.hpp"

namespace netlite {

/// Returns the name of the thread that runs on the stack with this bottom. Called in a signal handler: it may use only
/// what is async-signal-safe.
using NameOfStack = const char* (*)(void* bottom) noexcept;

/// For each carrier, when it starts: an access to the guard of a stack from a StackPool writes a line to the standard
/// error, "netlite: virtual thread NAME has overflowed its stack of 65536 bytes". Then the program ends as if there
/// were no such report, or the handler runs that the program has installed before the first carrier started. The first
/// call chooses `nameOfStack`.
void installOverflowReporting(NameOfStack nameOfStack) noexcept;

/// Writes the same line and aborts.
[[noreturn]] void failForOverflow(const Stack& stack, NameOfStack nameOfStack) noexcept;

/// For a stack that may be without a guard, after each switch away from it: fails if it has overflowed.
inline void checkForOverflow(const Stack& stack, NameOfStack nameOfStack) noexcept {
  if (!StackPool::isIntact(stack)) failForOverflow(stack, nameOfStack);
}

}  // namespace netlite
