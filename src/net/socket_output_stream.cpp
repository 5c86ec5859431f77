// SPDX-License-Identifier: MIT
//
// A socket's output stream: arguments checked, then the connection's work.
// Thread-safety: see the header.
#include <netlite/socket_output_stream.hpp>

#include "base/errors.hpp"
#include "net/stream_socket.hpp"

#include <utility>

namespace netlite {

SocketOutputStream::SocketOutputStream(std::shared_ptr<StreamSocket> connection) : connection_(std::move(connection)) {}

SocketOutputStream::SocketOutputStream(const SocketOutputStream&) = default;
SocketOutputStream& SocketOutputStream::operator=(const SocketOutputStream&) = default;
SocketOutputStream::~SocketOutputStream() = default;

void SocketOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  connection_->write(data, size);
}

void SocketOutputStream::close() { connection_->close(); }

}  // namespace netlite
