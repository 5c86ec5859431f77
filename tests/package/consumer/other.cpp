// SPDX-License-Identifier: MIT
//
// A second source file with netlite's headers: their definitions must be allowed in several files.
#include <netlite/netlite.hpp>

#include <cstddef>
#include <functional>
#include <string>

#include "other.hpp"

std::string addressOf(const netlite::Socket& socket) { return socket.getInetAddress().getHostAddress(); }

std::size_t hashOf(const netlite::InetAddress& address) { return std::hash<netlite::InetAddress>()(address); }
