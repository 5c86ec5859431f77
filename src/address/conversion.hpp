// SPDX-License-Identifier: MIT
//
// Between the public addresses and the platform's.
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

/// The address itself, or in place of a wildcard address this machine's loopback address: nothing can be sent to the
/// wildcard address; as in Java it means this machine.
InetSocketAddress reachable(const InetSocketAddress& remote);

}  // namespace netlite
