// SPDX-License-Identifier: MIT
//
// A second source with netlite's headers: whatever they define, they may define twice.
#include <netlite/netlite.hpp>

#include <cstddef>
#include <functional>
#include <string>

#include "other.hpp"

std::string addressOf(const netlite::Socket& socket) { return socket.getInetAddress().getHostAddress(); }

std::size_t hashOf(const netlite::InetAddress& address) { return std::hash<netlite::InetAddress>()(address); }
