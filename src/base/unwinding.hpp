// SPDX-License-Identifier: MIT
//
// For code that catches everything: lets pthread_exit and pthread_cancel unwind the stack of the thread that they end.
// Thread-safety: no shared state.
#pragma once

#include <exception>

namespace netlite {

/// Inside a `catch (...)`: whether the thread is ending, so that this must be rethrown.
inline bool isUnwindingOfThread() noexcept { return std::current_exception() == nullptr; }

/// Inside a `catch (...)`: rethrows what is not a C++ exception. When pthread_exit or pthread_cancel ends a thread,
/// glibc unwinds its stack through every `catch (...)`. It ends the program if one of them does not rethrow, or if it
/// reaches one while an exception is being handled.
inline void resumeUnwindingOfThread() {
  if (isUnwindingOfThread()) throw;
}

/// Runs the action and returns the exception that it throws, or null.
template <typename Action>
std::exception_ptr failureOf(Action action) {
  try {
    action();
  } catch (...) {
    resumeUnwindingOfThread();
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace netlite
