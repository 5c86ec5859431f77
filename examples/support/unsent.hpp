// SPDX-License-Identifier: MIT
//
// How much of a connection's output has not reached the peer. posix/unsent.cpp and windows/unsent.cpp implement it.
// Thread-safety: may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace example::system {

/// How many bytes were written to a socket and have not been acknowledged by the peer's system.
///
/// @param socket netlite::Socket::nativeHandle()
/// @return std::nullopt where the system does not report it (Windows), or if the socket is closed
std::optional<std::size_t> unsentBytes(std::intptr_t socket);

}  // namespace example::system
