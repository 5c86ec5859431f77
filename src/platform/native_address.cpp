// SPDX-License-Identifier: MIT
//
// Converts addresses to and from sockaddr_in and sockaddr_in6, which have the same names on all systems.
// Thread-safety: no shared state.
#include "platform/native_address.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace netlite::platform {

namespace {

constexpr std::size_t kMappedPrefix = 12;  // bytes before the IPv4 address in ::ffff:a.b.c.d
constexpr std::size_t kIPv4Size = 4;

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

sockaddr_in toIPv4(const Address& address) {
  sockaddr_in native{};
  native.sin_family = AF_INET;
  native.sin_port = htons(address.port);
  std::memcpy(&native.sin_addr, address.bytes.data(), sizeof native.sin_addr);
  return native;
}

bool isAny(const Address& address) { return address.bytes == Address().bytes; }

void mapIPv4(const Address& address, in6_addr& native) {
  if (isAny(address)) return;  // all zero, as :: is: a mapped 0.0.0.0 would listen on IPv4 alone
  native.s6_addr[10] = native.s6_addr[11] = 0xff;
  std::memcpy(&native.s6_addr[kMappedPrefix], address.bytes.data(), kIPv4Size);
}

sockaddr_in6 toIPv6(const Address& address) {
  sockaddr_in6 native{};
  native.sin6_family = AF_INET6;
  native.sin6_port = htons(address.port);
  native.sin6_scope_id = address.scopeId;
  if (address.isIPv6) {
    std::memcpy(&native.sin6_addr, address.bytes.data(), sizeof native.sin6_addr);
  } else {
    mapIPv4(address, native.sin6_addr);
  }
  return native;
}

Address fromIPv4(const sockaddr_in& native) {
  Address address;
  address.port = ntohs(native.sin_port);
  std::memcpy(address.bytes.data(), &native.sin_addr, kIPv4Size);
  return address;
}

Address fromIPv6(const sockaddr_in6& native) {
  Address address = fromNative(native.sin6_addr, native.sin6_scope_id);
  address.port = ntohs(native.sin6_port);
  return address;
}

bool isMapped(const in6_addr& native) {
  static constexpr std::uint8_t kPrefix[kMappedPrefix] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::memcmp(&native, kPrefix, sizeof kPrefix) == 0;
}

}  // namespace

AddressLength toNative(const Address& address, Family family, sockaddr_storage& native) {
  if (family == Family::ipv4 && !address.isIPv6) return store(toIPv4(address), native);
  return store(toIPv6(address), native);
}

Address fromNative(const sockaddr_storage& native) {
  if (native.ss_family == AF_INET) return fromIPv4(load<sockaddr_in>(native));
  if (native.ss_family == AF_INET6) return fromIPv6(load<sockaddr_in6>(native));
  return Address();
}

Address fromNative(const in6_addr& native, std::uint32_t scopeId) {
  Address address;
  if (isMapped(native)) {
    std::memcpy(address.bytes.data(), &native.s6_addr[kMappedPrefix], kIPv4Size);
  } else {
    address.isIPv6 = true;
    address.scopeId = scopeId;
    std::memcpy(address.bytes.data(), &native, sizeof native);
  }
  return address;
}

void addNative(Addresses& addresses, const sockaddr& native, std::size_t size) {
  sockaddr_storage copy{};
  std::memcpy(&copy, &native, std::min(size, sizeof copy));
  if (copy.ss_family != AF_INET && copy.ss_family != AF_INET6) return;
  const Address address = fromNative(copy);
  if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
}

}  // namespace netlite::platform
