// SPDX-License-Identifier: MIT
//
// A socket's output stream: checks arguments, then calls the StreamSocket.
// Thread-safety: see the header.
#include <netlite/socket_output_stream.hpp>

#include "base/arguments.hpp"
#include "net/stream_socket.hpp"

#include <utility>

namespace netlite {

SocketOutputStream::SocketOutputStream(std::shared_ptr<StreamSocket> state) : state_(std::move(state)) {}

SocketOutputStream::SocketOutputStream(const SocketOutputStream&) = default;
SocketOutputStream& SocketOutputStream::operator=(const SocketOutputStream&) = default;
SocketOutputStream::~SocketOutputStream() = default;

void SocketOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  state_->write(data, size);
}

void SocketOutputStream::close() { state_->close(); }

}  // namespace netlite
