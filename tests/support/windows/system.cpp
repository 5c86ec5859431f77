// SPDX-License-Identifier: MIT
//
// Windows, or Wine, which says so by a function that Windows has not.
// Thread-safety: no shared state.
#include "support/system.hpp"

#include <windows.h>

namespace netlite::test {

bool runsOnWindows() { return true; }

bool runsUnderWine() { return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr; }

}  // namespace netlite::test
