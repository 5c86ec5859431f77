// SPDX-License-Identifier: MIT
//
// The platform contract, section resolver: names and addresses.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace netlite::platform {

/// The addresses of a host, each once, with port 0, in the system's order of preference (RFC 6724); at least one.
using Addresses = std::vector<Address>;

/// Looks up a host name, never a literal address. Blocks as long as the system's resolver does.
Result<Addresses> resolve(const std::string& host);

/// The name that the system has for an address; empty if it has none. Blocks as long as the system's resolver does.
std::string reverseLookup(const Address& address);

/// This machine's own name.
Result<std::string> localHostName();

/// The number of a network interface ("eth0"), which an IPv6 scope names; 0 if there is none of that name.
std::uint32_t interfaceIndex(const std::string& name);

/// The number of the network interface that has this address; 0 if there is none. If the address has a scope, only that
/// interface counts.
std::uint32_t interfaceWith(const Address& address);

}  // namespace netlite::platform
