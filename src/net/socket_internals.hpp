// SPDX-License-Identifier: MIT
//
// Access to the private parts of Socket, for the library's own code.
// Thread-safety: as for any member of Socket.
#pragma once

#include "net/stream_socket.hpp"

#include <netlite/socket.hpp>

#include <memory>
#include <utility>

namespace netlite {

struct Socket::Internals {
  static Socket make(std::shared_ptr<StreamSocket> state) noexcept { return Socket(std::move(state)); }
  static const std::shared_ptr<StreamSocket>& state(const Socket& socket) noexcept { return socket.state_; }
};

}  // namespace netlite
