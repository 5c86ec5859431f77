// SPDX-License-Identifier: MIT
//
// The platform contract, section types: what its functions take and return. platform.hpp has the rules.
// Thread-safety: values.
#pragma once

#include "platform/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite::platform {

/// A descriptor (POSIX) or a SOCKET (Windows).
using Handle = std::intptr_t;
inline constexpr Handle kNoHandle = -1;

/// The addresses that a socket can carry. A dual-stack socket is an IPv6 socket that carries IPv4 as well. A
/// Unix-domain socket has no Address but a UnixAddress.
enum class Family : std::uint8_t { ipv4, ipv6, dualStack, unixDomain };

/// An IP address and a port, as plain bytes without a name. An IPv4-mapped IPv6 address is stored as IPv4.
struct Address {
  std::array<std::uint8_t, 16> bytes{};  // IPv4 in the first four, the rest zero
  std::uint32_t scopeId = 0;             // of IPv6: the number of a network interface; 0: none
  std::uint16_t port = 0;
  bool isIPv6 = false;
};

inline bool operator==(const Address& left, const Address& right) noexcept {
  return left.isIPv6 == right.isIPv6 && left.port == right.port && left.scopeId == right.scopeId &&
         left.bytes == right.bytes;
}

/// How a call that may have to wait has ended.
enum class Outcome { done, wouldBlock, failed };

/// Small enough to be returned in registers: every line passes through it.
struct Transfer {
  Outcome outcome = Outcome::failed;
  int errorNumber = 0;    // the system's own number: with failed for the reason, with wouldBlock if interrupted
  std::size_t count = 0;  // with done: the bytes moved

  std::error_code error() const { return systemError(errorNumber); }

  /// A signal has ended the call. It can be repeated without waiting.
  bool wasInterrupted() const noexcept { return outcome == Outcome::wouldBlock && errorNumber != 0; }
};

}  // namespace netlite::platform
