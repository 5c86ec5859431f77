// SPDX-License-Identifier: MIT
//
// What Unix-domain sockets need besides what they share with TCP: connecting, and the life of a server's path.
// Thread-safety: as documented for each.
#pragma once

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "net/owned_handle.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/process.hpp"
#include "platform/unix_domain.hpp"

#include <netlite/unix_domain_socket_address.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace netlite {

/// The path that a listener has created. Belongs to one thread at a time.
class CreatedPath {
 public:
  CreatedPath() = default;
  explicit CreatedPath(platform::BoundPath path) noexcept : path_(std::move(path)) {}

  /// Removes the path, unless it was replaced meanwhile, or another process has created it, of which this one is a
  /// forked child. To be called while the listener's descriptor is open.
  void remove() noexcept {
    if (mark_ == platform::processMark()) platform::removePath(path_);
  }

 private:
  platform::BoundPath path_;
  std::uint32_t mark_ = platform::processMark();
};

/// Opens a listening descriptor with these options, and creates its path.
///
/// @param what for messages: "listen on unix:/run/lines.sock"
/// @throws BindException, SocketException (the system has no such sockets)
std::pair<OwnedHandle, CreatedPath> listenAt(const SocketOptions& options, const UnixDomainSocketAddress& local,
                                             int backlog, const std::string& what);

/// Opens a descriptor with these options and connects it. Waits while the server's queue is full.
///
/// @param core the socket that is to be connected; the caller has a Pin on it
/// @param what for messages: "connect to unix:/run/lines.sock"
/// @return a blocking handle
/// @throws SocketTimeoutException, ConnectException, SocketException (nothing is there; closed; the system has no such
///         sockets)
OwnedHandle connectTo(SocketCore& core, const SocketOptions& options, const UnixDomainSocketAddress& remote,
                      Deadline deadline, const std::string& what);

}  // namespace netlite
