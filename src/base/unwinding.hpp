// SPDX-License-Identifier: MIT
//
// For code that catches everything: where pthread_exit or pthread_cancel ends a thread, glibc unwinds its stack through
// every `catch (...)`, and ends the program if one of them does not let it pass, or if it meets one that is handling an
// exception.
// Thread-safety: no shared state.
#pragma once

#include <exception>

namespace netlite {

/// Inside a `catch (...)`: rethrows what is not a C++ exception.
inline void resumeUnwindingOfThread() {
  if (std::current_exception() == nullptr) throw;
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
