// SPDX-License-Identifier: MIT
//
// SocketOutputStream: the bytes that a Socket sends its peer.
#pragma once

#include <netlite/output_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace netlite {

class StreamSocket;

/// The bytes that a Socket sends its peer: a light handle on the socket's shared state. Copies write to the same
/// connection. A handle that outlives its socket throws SocketException and never touches a descriptor that the system
/// has reused. Destroying a handle closes nothing.
///
/// Thread-safety: every member may be called from any thread. The bytes of one write are never mixed with another's:
/// one thread writes at a time, and others wait their turn, no longer than the socket's write timeout.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API SocketOutputStream : public OutputStream {
 public:
  /// Another handle on the same connection.
  SocketOutputStream(const SocketOutputStream&);

  /// Refers to the other handle's connection from now on.
  SocketOutputStream& operator=(const SocketOutputStream&);
  ~SocketOutputStream() override;

  /// Memory for a handle that a reader or writer owns: of a virtual thread's own, if there is room.
  static void* operator new(std::size_t size);
  static void* operator new(std::size_t, void* place) noexcept { return place; }  ///< constructs in place
  static void operator delete(void* memory) noexcept;                             ///< for the first one

  using OutputStream::write;

  /// Writes all of the bytes, as OutputStream::write does, by one system call as long as the system's send buffer has
  /// room. Nothing is held back, so flush() does nothing.
  ///
  /// Blocks while that buffer is full; Socket::setWriteTimeout's deadline, close() and shutdownOutput() end the
  /// waiting.
  ///
  /// @throws std::invalid_argument  `data` is null and `size` is not 0
  /// @throws SocketTimeoutException Socket::setWriteTimeout's deadline passed; bytesTransferred() says how many bytes
  ///                                were sent
  /// @throws SocketException        the connection was reset or broke, the output is shut down, or the socket is closed
  void write(const void* data, std::size_t size) override;

  /// Closes the socket in both directions, as in Java. Blocks only if the socket lingers, as Socket::close() does.
  void close() override;

 private:
  friend class Socket;

  bool sendFile(std::intptr_t file, std::uint64_t& sent) override;

  explicit SocketOutputStream(std::shared_ptr<StreamSocket> state);

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
