// SPDX-License-Identifier: MIT
//
// A socket's output stream: checks arguments, then calls the StreamSocket.
// Thread-safety: see the header.
#include <netlite/socket_output_stream.hpp>

#include "base/arguments.hpp"
#include "net/stream_socket.hpp"
#include "thread/strand_memory.hpp"

#include <utility>

namespace netlite {

SocketOutputStream::SocketOutputStream(std::shared_ptr<StreamSocket> state) : state_(std::move(state)) {}

SocketOutputStream::SocketOutputStream(const SocketOutputStream&) = default;
SocketOutputStream& SocketOutputStream::operator=(const SocketOutputStream&) = default;
SocketOutputStream::~SocketOutputStream() = default;

void* SocketOutputStream::operator new(std::size_t size) { return allocateInStrand(size); }

void SocketOutputStream::operator delete(void* memory) noexcept { freeInStrand(memory); }

void SocketOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  state_->write(data, size);
}

void SocketOutputStream::close() { state_->close(); }

bool SocketOutputStream::sendFile(std::intptr_t file, std::uint64_t& sent) { return state_->sendFile(file, sent); }

}  // namespace netlite
