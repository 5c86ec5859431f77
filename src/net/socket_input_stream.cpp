// SPDX-License-Identifier: MIT
//
// A socket's input stream: arguments checked, then the connection's work.
// Thread-safety: see the header.
#include <netlite/socket_input_stream.hpp>

#include "base/errors.hpp"
#include "net/stream_socket.hpp"

#include <utility>

namespace netlite {

SocketInputStream::SocketInputStream(std::shared_ptr<StreamSocket> connection) : connection_(std::move(connection)) {}

SocketInputStream::SocketInputStream(const SocketInputStream&) = default;
SocketInputStream& SocketInputStream::operator=(const SocketInputStream&) = default;
SocketInputStream::~SocketInputStream() = default;

std::size_t SocketInputStream::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  return connection_->read(buffer, size);
}

std::size_t SocketInputStream::available() { return connection_->available(); }

bool SocketInputStream::awaitInput(std::chrono::milliseconds patience) {
  return connection_->awaitInput(checkedTimeout(patience));
}

bool SocketInputStream::prefersLargeReads() const noexcept { return true; }

void SocketInputStream::close() { connection_->close(); }

void SocketInputStream::unread(std::string bytes) { connection_->unread(std::move(bytes)); }

}  // namespace netlite
