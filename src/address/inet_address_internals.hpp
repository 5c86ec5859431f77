// SPDX-License-Identifier: MIT
//
// Access to the private parts of InetAddress, for the library's own code.
// Thread-safety: no shared state.
#pragma once

#include <netlite/inet_address.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace netlite {

struct InetAddress::Internals {
  /// The bytes of the address without an allocation: IPv4 in the first four, the rest zero.
  static const std::array<std::uint8_t, 16>& bytes(const InetAddress& address) noexcept { return address.bytes_; }

  /// The name that the address was created with; empty: none.
  static const std::string& host(const InetAddress& address) noexcept { return address.host_; }

  /// ::1 without a name.
  static InetAddress loopbackIPv6();
};

}  // namespace netlite
