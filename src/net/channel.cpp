// SPDX-License-Identifier: MIT
//
// Channels of sockets: from the facades to the classes behind them.
// Thread-safety: see the header.
#include "net/channel.hpp"

#include "net/listener.hpp"
#include "net/socket_internals.hpp"
#include "net/stream_socket.hpp"

#include <utility>

namespace netlite {

void setChannel(Socket& socket, std::unique_ptr<Channel> channel) {
  Socket::Internals::state(socket)->setChannel(std::move(channel));
}

Channel* channelOf(const Socket& socket) { return Socket::Internals::state(socket)->channel(); }

void completeHandshake(Socket& socket, Deadline deadline) {
  const std::shared_ptr<StreamSocket> kept = Socket::Internals::state(socket);  // the destructor may run meanwhile
  kept->completeHandshake(deadline);
}

void setChannelFactory(ServerSocket& server, std::shared_ptr<ChannelFactory> factory) {
  ServerSocket::Internals::state(server)->setChannelFactory(std::move(factory));
}

}  // namespace netlite
