// SPDX-License-Identifier: MIT
//
// Names of hosts, as clients ask for them and as certificates are chosen by them.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace netlite::ssl {

/// Returns the host as certificates name it: without the brackets and the scope of an IPv6 address, and without the dot
/// at the end of an absolute name. OpenSSL would take an empty name for "any name", and one that begins with a dot for
/// "any name in this domain".
/// @throws std::invalid_argument the host is empty, begins with a dot or has a NUL in it
std::string checkedHost(const std::string& host);

bool isAddress(const std::string& host);

/// Returns the name in lower case.
/// @throws std::invalid_argument it is empty or malformed
std::string checkedServerName(const std::string& name);

/// The name with a star for its leftmost label; empty if it has only one label.
std::string wildcardFor(const std::string& name);

std::string inLowerCase(std::string text);

}  // namespace netlite::ssl
