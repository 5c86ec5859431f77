// SPDX-License-Identifier: MIT
//
// SocketOutputStream: the bytes that a Socket sends its peer.
//
// Thread-safety: every member may be called from any thread. The bytes of one write are never mixed with another's;
// others wait their turn, no longer than the socket's write timeout.
#pragma once

#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>

namespace netlite {

class StreamSocket;

/// The bytes that a Socket sends its peer. A light handle onto the socket's shared state: copies write to the same
/// connection, and a handle that outlives its socket throws instead of touching another's descriptor. Destroying one
/// closes nothing.
///
/// Thread-safety: every member may be called from any thread. The bytes of one write are never mixed with another's;
/// others wait their turn, no longer than the socket's write timeout.
class NETLITE_API SocketOutputStream : public OutputStream {
 public:
  /// Another handle on the same connection. Never blocks.
  SocketOutputStream(const SocketOutputStream&);

  /// Leaves this connection for another.
  ///
  /// @return this handle
  SocketOutputStream& operator=(const SocketOutputStream&);
  ~SocketOutputStream() override;

  using OutputStream::write;

  /// Writes all of the bytes, as OutputStream::write says: one system call as long as the system's send buffer has
  /// room. Nothing is held back, so flush() has nothing to do.
  ///
  /// Blocks while that buffer is full; Socket::setWriteTimeout's deadline, close() and shutdownOutput() end the
  /// waiting.
  ///
  /// @param data the bytes; may be null only if `size` is 0
  /// @param size how many
  /// @throws std::invalid_argument  `data` is null and `size` is not 0
  /// @throws SocketTimeoutException Socket::setWriteTimeout's time has passed; bytesTransferred() tells what went out
  /// @throws SocketException        the peer is gone, the output is shut down, or the socket is closed
  void write(const void* data, std::size_t size) override;

  /// Closes the socket, both directions, as in Java. Blocks as Socket::close() does: only if it lingers.
  void close() override;

 private:
  friend class Socket;

  explicit SocketOutputStream(std::shared_ptr<StreamSocket> state);

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
