// SPDX-License-Identifier: MIT
//
// From host names to addresses and back: what InetAddress and the Socket constructors ask. Literals are answered here,
// names by the system's resolver, which knows no deadline; so a look-up that has one runs in a thread of its own.
// Thread-safety: every function may be called from any thread.
#pragma once

#include "base/deadline.hpp"
#include "platform/platform.hpp"

#include <netlite/inet_address.hpp>

#include <string>
#include <vector>

namespace netlite {

using LookUp = platform::Resolved (*)(const std::string& host);
using ReverseLookUp = platform::HostName (*)(const InetAddress& address);

/// All addresses of a host, which is a literal (never looked up) or a name. Blocks until the look-up ends or the
/// deadline passes. In the latter case the look-up goes on in the background and ends by itself; it holds up nothing,
/// not even the program's exit, and whoever asks for the same host meanwhile waits for the same look-up.
///
/// @param host     as InetAddress::getByName takes it
/// @param deadline when to give up; never: the look-up is made in the calling thread
/// @param lookUp   who knows the names
/// @return at least one address; looked up ones have `host` as their name
/// @throws UnknownHostException   the host is empty, malformed or has no address
/// @throws SocketTimeoutException the deadline has passed
/// @throws IOException            no thread could be started
std::vector<InetAddress> resolveHost(const std::string& host, Deadline deadline, LookUp lookUp = platform::resolve);

/// The name that the system has for the address, if that name leads back to the address; else empty. Anybody can claim
/// any name for an address of his own, but not the other way round. Blocks as long as the system's resolver does.
std::string confirmedHostName(const InetAddress& address, ReverseLookUp reverseLookUp = platform::reverseLookup,
                              LookUp lookUp = platform::resolve);

/// What this machine calls itself.
/// @throws UnknownHostException it cannot say
std::string localHostName();

}  // namespace netlite
