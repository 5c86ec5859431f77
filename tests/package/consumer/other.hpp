// SPDX-License-Identifier: MIT
//
// The functions of other.cpp that main.cpp calls.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/socket.hpp>

#include <cstddef>
#include <string>

std::string addressOf(const netlite::Socket& socket);

std::size_t hashOf(const netlite::InetAddress& address);
