// SPDX-License-Identifier: MIT
//
// Converts addresses to and from the system's own form, for the files of all systems.
// Thread-safety: no shared state.
#pragma once

#include "platform/native_types.hpp"
#include "platform/resolver.hpp"
#include "platform/types.hpp"

#include <cstddef>

namespace netlite::platform {

/// Fills `native` with the address in the form that a socket of this family takes, and returns its length. An IPv6 or
/// dual-stack socket gets an IPv4 address as ::ffff:a.b.c.d, and the IPv4 wildcard as ::. An IPv6 address for an IPv4
/// socket stays IPv6: the system refuses it.
AddressLength toNative(const Address& address, Family family, sockaddr_storage& native);

/// The address in netlite's form. An IPv4-mapped IPv6 address becomes IPv4; an address of no IP family becomes the IPv4
/// wildcard with port 0.
Address fromNative(const sockaddr_storage& native);

/// The address of an IPv6 packet: IPv4 if it is mapped.
Address fromNative(const in6_addr& native, std::uint32_t scopeId);

/// Adds the address of `size` bytes to the list, unless it is of no IP family or in the list already.
void addNative(Addresses& addresses, const sockaddr& native, std::size_t size);

}  // namespace netlite::platform
