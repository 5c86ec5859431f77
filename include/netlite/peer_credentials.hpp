// SPDX-License-Identifier: MIT
//
// PeerCredentials: who is at the other end of a Unix-domain socket.
#pragma once

#include <netlite/export.hpp>

#include <cstdint>

namespace netlite {

/// Who is at the other end of a Unix-domain socket, as Socket::getPeerCredentials() returns it.
///
/// Thread-safety: a value.
struct PeerCredentials {
  std::int64_t uid = -1;  ///< the effective user ID
  std::int64_t gid = -1;  ///< the effective group ID
  std::int64_t pid = -1;  ///< the process ID; -1 where the system does not tell it
};

}  // namespace netlite
