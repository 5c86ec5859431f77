// SPDX-License-Identifier: MIT
//
// Winsock as every file here uses it: the headers in the order that works, the start of the library, the last error.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/platform.hpp"

#include <winsock2.h>
// After winsock2.h, which the others rest on.
#include <mswsock.h>
#include <ws2tcpip.h>

#include <atomic>

namespace netlite::platform {

inline SOCKET nativeSocket(Handle handle) { return static_cast<SOCKET>(handle); }

inline std::error_code lastError() { return systemError(::WSAGetLastError()); }

/// Starts Winsock for this program, once. Everything that may be the program's first call asks before. It is never
/// ended: destructors of static objects may still close sockets while the program ends.
inline std::error_code startWinsock() {
  static std::atomic<bool> started{false};
  if (started.load(std::memory_order_acquire)) return {};
  WSADATA about;
  // Two threads that come here together start it twice, which Winsock counts and does not mind.
  if (const int error = ::WSAStartup(MAKEWORD(2, 2), &about)) return systemError(error);
  started.store(true, std::memory_order_release);
  return {};
}

}  // namespace netlite::platform
