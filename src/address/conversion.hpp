// SPDX-License-Identifier: MIT
//
// Converts between the public addresses and the platform's.
// Thread-safety: no shared state.
#pragma once

#include "platform/types.hpp"

#include <netlite/inet_socket_address.hpp>

#include <string>

namespace netlite {

platform::Address toPlatform(const InetAddress& address);
platform::Address toPlatform(const InetSocketAddress& address);

/// @param host the name that the address was looked up by; empty: none
InetAddress inetAddress(const platform::Address& address, const std::string& host = {});
InetSocketAddress inetSocketAddress(const platform::Address& address);

/// The family that a socket needs to reach this address, or to be bound to it.
platform::Family familyFor(const InetAddress& address);

/// The address itself, or the loopback address in place of a wildcard address. Nothing can be sent to a wildcard
/// address; as in Java it means this machine.
InetSocketAddress reachable(const InetSocketAddress& remote);

}  // namespace netlite
