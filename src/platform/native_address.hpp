// SPDX-License-Identifier: MIT
//
// Addresses to and from the system's own form: what the socket.cpp and resolver.cpp of all systems share.
// Thread-safety: no shared state.
#pragma once

#include "platform/native_types.hpp"
#include "platform/platform.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace netlite::platform {

/// Fills `native` with the address in the form that a socket of this family takes, and returns its length. An IPv6 or
/// dual-stack socket gets an IPv4 address as ::ffff:a.b.c.d, and the IPv4 wildcard as ::. An IPv6 address for an IPv4
/// socket stays IPv6: the system refuses it.
AddressLength toNative(const InetSocketAddress& address, Family family, sockaddr_storage& native);

/// The library's form of the address, without a name. An IPv4-mapped IPv6 address becomes IPv4; an address of no IP
/// family becomes the wildcard with port 0.
InetSocketAddress fromNative(const sockaddr_storage& native);

/// Adds the address of `size` bytes under the name that it was looked up by, unless it is of no IP family or there
/// already.
void addNamed(std::vector<InetAddress>& addresses, const std::string& host, const sockaddr& native, std::size_t size);

}  // namespace netlite::platform
