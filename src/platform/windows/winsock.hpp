// SPDX-License-Identifier: MIT
//
// What the files of this folder share: Winsock's headers in a working order, its start, errors and integer options.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <winsock2.h>
// After winsock2.h, which the others need.
#include <mswsock.h>
#include <ws2tcpip.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <system_error>

namespace netlite::platform {

inline SOCKET nativeSocket(Handle handle) { return static_cast<SOCKET>(handle); }

inline std::error_code lastError() { return systemError(::WSAGetLastError()); }

/// Starts Winsock for this program, once. Every function that may be the program's first call to Winsock calls this.
/// Winsock is never shut down: destructors of static objects may still close sockets while the program ends.
inline std::error_code startWinsock() {
  static std::atomic<bool> started{false};
  if (started.load(std::memory_order_acquire)) return {};
  WSADATA about;
  // Two threads that get here together start it twice, which Winsock counts and allows.
  if (const int error = ::WSAStartup(MAKEWORD(2, 2), &about)) return systemError(error);
  started.store(true, std::memory_order_release);
  return {};
}

inline std::error_code errorIfNegative(int result) { return result < 0 ? lastError() : std::error_code(); }

inline std::error_code setNumber(Handle handle, int level, int name, int value) {
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), level, name, reinterpret_cast<const char*>(&value), sizeof value));
}

inline Result<int> getNumber(Handle handle, int level, int name) {
  int value = 0;
  int size = sizeof value;
  if (::getsockopt(nativeSocket(handle), level, name, reinterpret_cast<char*>(&value), &size) < 0) return lastError();
  return value;
}

inline bool isDatagram(Handle handle) {
  const Result<int> type = getNumber(handle, SOL_SOCKET, SO_TYPE);
  return type && *type == SOCK_DGRAM;
}

inline Transfer transferred(int count) {
  if (count >= 0) return {Outcome::done, 0, static_cast<std::size_t>(count)};
  const int error = ::WSAGetLastError();
  if (error == WSAEWOULDBLOCK) return {Outcome::wouldBlock, 0, 0};
  return {error == WSAEINTR ? Outcome::wouldBlock : Outcome::failed, error, 0};
}

inline int clampedSize(std::size_t size, std::size_t max = INT_MAX) { return static_cast<int>(std::min(size, max)); }

/// Opens a stream or datagram socket with the settings that every new socket gets.
Result<Handle> openSocket(Family family, int type);

/// Whether the socket's connect has failed, also where WSAPoll does not report that.
bool connectHasFailed(Handle handle);

/// Chooses whether the system reports to a datagram socket that the port it has sent to is unreachable.
void setReportsUnreachable(Handle handle, bool on);

}  // namespace netlite::platform
