// SPDX-License-Identifier: MIT
//
// Looks up the addresses of a host, and the name of an address.
// Thread-safety: every function may be called from any thread.
#pragma once

#include "base/deadline.hpp"
#include "platform/resolver.hpp"

#include <netlite/inet_address.hpp>

#include <string>
#include <vector>

namespace netlite {

using Lookup = platform::Result<platform::Addresses> (*)(const std::string& host);
using ReverseLookup = std::string (*)(const platform::Address& address);

/// All addresses of a host, which is a literal (never looked up) or a name. Blocks until the lookup ends or the
/// deadline passes. The system's resolver knows no deadline, so a lookup with one runs in a separate thread. After the
/// deadline that lookup goes on in the background and ends by itself; it does not delay the program's exit, and a
/// caller that asks for the same host meanwhile joins it.
///
/// @param host     as InetAddress::getByName takes it
/// @param deadline never: the lookup is made in the calling thread
/// @param lookup   the resolver
/// @return at least one address; those that were looked up have `host` as their name
/// @throws UnknownHostException   the host is empty, malformed or has no address
/// @throws SocketTimeoutException the deadline has passed
/// @throws IOException            no thread could be started
std::vector<InetAddress> resolveHost(const std::string& host, Deadline deadline, Lookup lookup = platform::resolve);

/// The name that the system has for the address, if it resolves back to the address (forward-confirmed reverse DNS:
/// anyone can publish any name for their own address); otherwise empty. Blocks as long as the system's resolver does.
std::string confirmedHostName(const InetAddress& address, ReverseLookup reverseLookup = platform::reverseLookup,
                              Lookup lookup = platform::resolve);

/// This machine's own name.
/// @throws UnknownHostException the system has none
std::string localHostName();

}  // namespace netlite
