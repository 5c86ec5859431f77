// SPDX-License-Identifier: MIT
//
// Fiber-local storage, whose values are destroyed when their thread ends.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/windows/winsock.hpp"

#include <windows.h>

namespace netlite::platform {

/// Allocates a slot in which each thread has a value of its own. A thread that ends calls the function with its value,
/// so the function's module stays loaded. Not thread_local: in what mingw-w64 builds, its destructors run after the
/// system has freed the memory.
inline DWORD allocateFiberLocal(PFLS_CALLBACK_FUNCTION function) noexcept {
  HMODULE module = nullptr;
  ::GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                       reinterpret_cast<const wchar_t*>(function), &module);
  return ::FlsAlloc(function);
}

}  // namespace netlite::platform
