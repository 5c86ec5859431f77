// SPDX-License-Identifier: MIT
//
// SocketInputStream: the bytes that a Socket's peer sends.
//
// Thread-safety: every member may be called from any thread. One read is under way at a time; others wait their turn,
// no longer than the socket's read timeout.
#pragma once

#include <netlite/input_stream.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

class StreamSocket;

/// The bytes that a Socket's peer sends. A light handle onto the socket's shared state: copies read from the same
/// connection, and a handle that outlives its socket throws instead of touching another's descriptor. Destroying one
/// closes nothing.
///
/// Thread-safety: every member may be called from any thread. One read is under way at a time; others wait their turn,
/// no longer than the socket's read timeout.
class NETLITE_API SocketInputStream : public InputStream {
 public:
  /// Another handle on the same connection. Never blocks.
  SocketInputStream(const SocketInputStream&);

  /// Leaves this connection for another.
  ///
  /// @return this handle
  SocketInputStream& operator=(const SocketInputStream&);
  ~SocketInputStream() override;

  using InputStream::read;

  /// Reads what is there, as InputStream::read says. Without a timeout it is one system call on POSIX. After a reset
  /// the bytes that had arrived come out where the system keeps them, then every read throws; after shutdownInput()
  /// every read is at the end of the stream.
  ///
  /// Blocks until a byte, the end of the stream or an error is there; Socket::setSoTimeout's deadline, close() and
  /// shutdownInput() end the waiting.
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException Socket::setSoTimeout's time has passed
  /// @throws SocketException        the connection was reset or broke, or the socket is closed
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes have arrived and can be read at once. Never blocks.
  ///
  /// @return the number of bytes; 0 at the end of the stream
  /// @throws SocketException the socket is closed
  std::size_t available() override;

  /// Waits for input as InputStream::awaitInput says. Blocks no longer than the read timeout, either.
  ///
  /// @param patience how long to wait at most, in milliseconds; zero only looks
  /// @return false if the time passed; true if a read would return or throw at once, or that cannot be known
  /// @throws std::invalid_argument negative
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// Tells that each read is a system call. Never blocks.
  ///
  /// @return true
  bool prefersLargeReads() const noexcept override;

  /// Closes the socket, both directions, as in Java. Blocks as Socket::close() does: only if it lingers.
  void close() override;

 protected:
  /// Puts bytes before those that are still to be read. Never blocks.
  ///
  /// @param bytes the bytes, the earliest first
  void unread(std::string bytes) override;

 private:
  friend class Socket;

  explicit SocketInputStream(std::shared_ptr<StreamSocket> state);

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
