// SPDX-License-Identifier: MIT
//
// What the system still holds of a connection's output. posix/unsent.cpp and windows/unsent.cpp hold the same function.
// Thread-safety: may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace example::system {

/// How many bytes were written to a socket and have not been acknowledged by the peer's system.
///
/// @param socket netlite::Socket::nativeHandle()
/// @return 0 also where the system does not say (Windows), or if the socket is closed
std::size_t unsentBytes(std::intptr_t socket);

}  // namespace example::system
