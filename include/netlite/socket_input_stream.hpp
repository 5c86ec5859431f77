// SPDX-License-Identifier: MIT
//
// SocketInputStream: the bytes that a Socket's peer sends. A light handle onto the socket's shared state: copies read
// from the same connection, and a handle that outlives its socket throws instead of touching another's descriptor.
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

class Connection;

class NETLITE_API SocketInputStream : public InputStream {
 public:
  SocketInputStream(const SocketInputStream&);
  SocketInputStream& operator=(const SocketInputStream&);
  ~SocketInputStream() override;

  using InputStream::read;

  /// Reads what is there, as InputStream::read says. Without a timeout it is one system call. After a reset the bytes
  /// that had arrived come out where the system keeps them, then every read throws; after shutdownInput() every read is
  /// at the end of the stream.
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException Socket::setSoTimeout's time has passed
  /// @throws SocketException        the connection was reset or broke, or the socket is closed
  std::size_t read(void* buffer, std::size_t size) override;

  /// The bytes that have arrived and can be read at once; 0 at the end of the stream. Never blocks.
  ///
  /// @throws SocketException the socket is closed
  std::size_t available() override;

  /// Waits for input as InputStream::awaitInput says, and no longer than the read timeout.
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// Closes the socket, both directions, as in Java.
  void close() override;

 protected:
  void unread(std::string bytes) override;

 private:
  friend class Socket;

  explicit SocketInputStream(std::shared_ptr<Connection> connection);

  std::shared_ptr<Connection> connection_;
};

}  // namespace netlite
