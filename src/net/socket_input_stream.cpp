// SPDX-License-Identifier: MIT
//
// A socket's input stream: checks arguments, then calls the StreamSocket.
// Thread-safety: see the header.
#include <netlite/socket_input_stream.hpp>

#include "base/arguments.hpp"
#include "net/stream_socket.hpp"
#include "thread/strand_memory.hpp"

#include <utility>

namespace netlite {

SocketInputStream::SocketInputStream(std::shared_ptr<StreamSocket> state) : state_(std::move(state)) {}

SocketInputStream::SocketInputStream(const SocketInputStream&) = default;
SocketInputStream& SocketInputStream::operator=(const SocketInputStream&) = default;
SocketInputStream::~SocketInputStream() = default;

void* SocketInputStream::operator new(std::size_t size) { return allocateInStrand(size); }

void SocketInputStream::operator delete(void* memory) noexcept { freeInStrand(memory); }

std::size_t SocketInputStream::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  return state_->read(buffer, size);
}

std::size_t SocketInputStream::available() { return state_->available(); }

bool SocketInputStream::awaitInput(std::chrono::milliseconds patience) {
  return state_->awaitInput(checkedTimeout(patience));
}

bool SocketInputStream::prefersLargeReads() const noexcept { return true; }

void SocketInputStream::close() { state_->close(); }

void SocketInputStream::unread(std::string bytes) { state_->unread(std::move(bytes)); }

}  // namespace netlite
