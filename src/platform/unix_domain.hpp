// SPDX-License-Identifier: MIT
//
// The platform contract, section unix_domain: stream sockets that programs of one machine reach by a path. platform.hpp
// has the rules. Such a socket is opened by openStream(Family::unixDomain).
// Thread-safety: as section socket.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace netlite::platform {

/// The address of a Unix-domain socket: a path, or on Linux an abstract name, which is in no folder. It has 1 to
/// maxUnixName() bytes, and a path has no NUL among them.
struct UnixAddress {
  std::string name;
  bool isAbstract = false;
};

/// The maximum size of a path or an abstract name in bytes.
std::size_t maxUnixName() noexcept;

/// A path that listenAt() has created. The numbers tell it from another file that has replaced it.
struct BoundPath {
  std::string path;  // absolute; empty: nothing to remove
  std::uint64_t device = 0;
  std::uint64_t node = 0;
};

/// Binds to an address and starts listening, as listen() does. A path that a dead process has left is replaced; if
/// several processes that use netlite try to replace it, exactly one succeeds. std::errc::address_in_use: a living
/// socket has the path, even one that does not listen, and it notices nothing of the check (on Windows its accept sees
/// a connection that ends immediately); or the path is no socket; or it is not known whether its socket is dead. May
/// block for a second if another process holds the folder's lock.
/// std::errc::address_family_not_supported: the system has no such addresses.
Result<BoundPath> listenAt(Handle handle, const UnixAddress& local, int backlog);

/// Removes the path if it is still the one that listenAt() has created. To be called before the socket is closed: until
/// then no other process replaces the path, and no other file gets its numbers.
void removePath(const BoundPath& bound) noexcept;

/// Connects a non-blocking handle. wouldBlock: not connected yet, since the server's queue is full; call it again
/// later. The system does not report when.
Transfer connect(Handle handle, const UnixAddress& remote);

struct Credentials {
  std::int64_t user = -1;
  std::int64_t group = -1;
  std::int64_t process = -1;  // -1: unknown
};

/// The user and the process at the other end of a connected Unix-domain socket, as they were when it connected or
/// started to listen. std::errc::operation_not_supported if the system does not tell.
Result<Credentials> peerCredentials(Handle handle);

}  // namespace netlite::platform
