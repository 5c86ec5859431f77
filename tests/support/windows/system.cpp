// SPDX-License-Identifier: MIT
//
// support/system.hpp for Windows and for Wine, which has a function that Windows lacks.
// Thread-safety: no shared state.
#include "support/system.hpp"

#include <winsock2.h>
// After winsock2.h, which they need.
#include <windows.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>

#include <string>

namespace netlite::test {

bool runsOnWindows() { return true; }

bool runsUnderWine() { return ::GetProcAddress(::GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr; }

bool runsUnderQemu() { return false; }

std::string loopbackInterface() {
  NET_LUID luid{};
  wchar_t name[IF_MAX_STRING_SIZE + 1] = {};
  ::ConvertInterfaceIndexToLuid(1, &luid);  // the first interface is always loopback
  ::ConvertInterfaceLuidToAlias(&luid, name, IF_MAX_STRING_SIZE + 1);
  std::string ascii;
  for (const wchar_t* unit = name; *unit != 0; ++unit) ascii += static_cast<char>(*unit);
  return ascii;
}

}  // namespace netlite::test
