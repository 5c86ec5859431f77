// SPDX-License-Identifier: MIT
//
// Access to the private parts of Socket and ServerSocket, for the library's own code.
// Thread-safety: as for any member of these classes.
#pragma once

#include "net/listener.hpp"
#include "net/stream_socket.hpp"

#include <netlite/server_socket.hpp>
#include <netlite/socket.hpp>

#include <memory>
#include <utility>

namespace netlite {

struct Socket::Internals {
  static Socket make(std::shared_ptr<StreamSocket> state) noexcept { return Socket(std::move(state)); }
  static const std::shared_ptr<StreamSocket>& state(const Socket& socket) { return socket.state(); }
};

struct ServerSocket::Internals {
  static const std::shared_ptr<Listener>& state(const ServerSocket& server) { return server.state(); }
};

}  // namespace netlite
