// SPDX-License-Identifier: MIT
//
// SocketInputStream: the bytes that a Socket's peer sends.
#pragma once

#include <netlite/input_stream.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

class StreamSocket;

/// The bytes that a Socket's peer sends: a light handle on the socket's shared state. Copies read from the same
/// connection. A handle that outlives its socket throws SocketException and never touches a descriptor that the system
/// has reused. Destroying a handle closes nothing.
///
/// Thread-safety: every member may be called from any thread. One thread reads at a time; others wait their turn, no
/// longer than the socket's read timeout.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API SocketInputStream : public InputStream {
 public:
  /// Another handle on the same connection.
  SocketInputStream(const SocketInputStream&);

  /// Refers to the other handle's connection from now on.
  SocketInputStream& operator=(const SocketInputStream&);
  ~SocketInputStream() override;

  /// Memory for a handle that a reader or writer owns: of a virtual thread's own, if there is room.
  static void* operator new(std::size_t size);
  static void* operator new(std::size_t, void* place) noexcept { return place; }  ///< constructs in place
  static void operator delete(void* memory) noexcept;                             ///< for the first one

  using InputStream::read;

  /// Reads what has arrived, as InputStream::read does. Without a timeout this is one system call on POSIX. After a
  /// reset the bytes that had arrived are returned where the system keeps them, then every read throws. After
  /// shutdownInput() every read returns the end of the stream.
  ///
  /// Blocks until a byte, the end of the stream or an error arrives; Socket::setSoTimeout's deadline, close() and
  /// shutdownInput() end the waiting.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException Socket::setSoTimeout's deadline passed
  /// @throws SocketException        the connection was reset or broke, or the socket is closed
  std::size_t read(void* buffer, std::size_t size) override;

  /// The number of bytes that can be read without blocking; 0 at the end of the stream.
  /// @throws SocketException the socket is closed
  std::size_t available() override;

  /// Waits for input as InputStream::awaitInput does, but no longer than the read timeout.
  ///
  /// @param patience the maximum time to wait, in milliseconds; zero only checks
  /// @return false if the time passed; true if a read would return or throw immediately, or if that cannot be known
  /// @throws std::invalid_argument `patience` is negative
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// True: each read is a system call.
  bool prefersLargeReads() const noexcept override;

  /// Closes the socket in both directions, as in Java. Blocks only if the socket lingers, as Socket::close() does.
  void close() override;

 protected:
  /// Puts bytes back before those that are still to be read, the earliest first.
  void unread(std::string bytes) override;

 private:
  friend class Socket;

  explicit SocketInputStream(std::shared_ptr<StreamSocket> state);

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
