// SPDX-License-Identifier: MIT
//
// What other.cpp offers main.cpp.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/socket.hpp>

#include <cstddef>
#include <string>

std::string addressOf(const netlite::Socket& socket);

std::size_t hashOf(const netlite::InetAddress& address);
