// SPDX-License-Identifier: MIT
//
// Addresses to and from sockaddr_in and sockaddr_in6, which all systems have by the same names.
// Thread-safety: no shared state.
#include "platform/native_address.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace netlite::platform {

namespace {

// Copied as bytes, since a sockaddr_storage may not be read or written as another type.
template <class Native>
AddressLength store(const Native& from, sockaddr_storage& to) {
  to = {};
  std::memcpy(&to, &from, sizeof from);
  return static_cast<AddressLength>(sizeof from);
}

template <class Native>
Native load(const sockaddr_storage& from) {
  Native to{};
  std::memcpy(&to, &from, sizeof to);
  return to;
}

std::uint16_t networkPort(const InetSocketAddress& address) {
  return htons(static_cast<std::uint16_t>(address.getPort()));
}

sockaddr_in toIPv4(const InetSocketAddress& address) {
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = networkPort(address);
  std::memcpy(&native.sin_addr, bytesOf(address.getAddress()), sizeof native.sin_addr);
  return native;
}

void mapIPv4(const InetAddress& address, in6_addr& native) {
  if (address.isAnyLocalAddress()) return;  // all zero, as :: is: a mapped 0.0.0.0 would listen on IPv4 alone
  native.s6_addr[10] = native.s6_addr[11] = 0xff;
  std::memcpy(&native.s6_addr[12], bytesOf(address), 4);
}

sockaddr_in6 toIPv6(const InetSocketAddress& address) {
  sockaddr_in6 native{};
  native.sin6_family = AF_INET6;
  native.sin6_port = networkPort(address);
  native.sin6_scope_id = address.getAddress().getScopeId();
  if (address.getAddress().isIPv4()) {
    mapIPv4(address.getAddress(), native.sin6_addr);
  } else {
    std::memcpy(&native.sin6_addr, bytesOf(address.getAddress()), sizeof native.sin6_addr);
  }
  return native;
}

InetSocketAddress fromIPv4(const sockaddr_in& native) {
  std::uint8_t bytes[4];
  std::memcpy(bytes, &native.sin_addr, sizeof bytes);
  return {InetAddress::getByAddress(bytes, sizeof bytes), ntohs(native.sin_port)};
}

InetSocketAddress fromIPv6(const sockaddr_in6& native) {
  std::uint8_t bytes[16];
  std::memcpy(bytes, &native.sin6_addr, sizeof bytes);
  return {InetAddress::getByAddress("", bytes, sizeof bytes, native.sin6_scope_id), ntohs(native.sin6_port)};
}

}  // namespace

AddressLength toNative(const InetSocketAddress& address, Family family, sockaddr_storage& native) {
  if (family == Family::ipv4 && address.getAddress().isIPv4()) return store(toIPv4(address), native);
  return store(toIPv6(address), native);
}

InetSocketAddress fromNative(const sockaddr_storage& native) {
  if (native.ss_family == AF_INET) return fromIPv4(load<sockaddr_in>(native));
  if (native.ss_family == AF_INET6) return fromIPv6(load<sockaddr_in6>(native));
  return InetSocketAddress();
}

void addNamed(std::vector<InetAddress>& addresses, const std::string& host, const sockaddr& native, std::size_t size) {
  sockaddr_storage copy{};
  std::memcpy(&copy, &native, std::min(size, sizeof copy));
  if (copy.ss_family != AF_INET && copy.ss_family != AF_INET6) return;
  const InetAddress address = fromNative(copy).getAddress();
  const InetAddress named =
      InetAddress::getByAddress(host, bytesOf(address), address.isIPv4() ? 4 : 16, address.getScopeId());
  if (std::find(addresses.begin(), addresses.end(), named) == addresses.end()) addresses.push_back(named);
}

}  // namespace netlite::platform
