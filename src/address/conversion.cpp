// SPDX-License-Identifier: MIT
#include "address/conversion.hpp"

#include "address/inet_address_internals.hpp"

#include <cstdint>

namespace netlite {

platform::Address toPlatform(const InetAddress& address) {
  platform::Address result;
  result.bytes = InetAddress::Internals::bytes(address);
  result.scopeId = address.getScopeId();
  result.isIPv6 = address.isIPv6();
  return result;
}

platform::Address toPlatform(const InetSocketAddress& address) {
  platform::Address result = toPlatform(address.getAddress());
  result.port = static_cast<std::uint16_t>(address.getPort());
  return result;
}

InetAddress inetAddress(const platform::Address& address, const std::string& host) {
  return InetAddress::getByAddress(host, address.bytes.data(), address.isIPv6 ? 16 : 4, address.scopeId);
}

InetSocketAddress inetSocketAddress(const platform::Address& address) { return {inetAddress(address), address.port}; }

platform::Family familyFor(const InetAddress& address) {
  return address.isIPv6() ? platform::Family::ipv6 : platform::Family::ipv4;
}

InetSocketAddress reachable(const InetSocketAddress& remote) {
  const InetAddress& address = remote.getAddress();
  if (!address.isAnyLocalAddress()) return remote;
  return {address.isIPv6() ? InetAddress::Internals::loopbackIPv6() : InetAddress::getLoopbackAddress(),
          remote.getPort()};
}

}  // namespace netlite
