// SPDX-License-Identifier: MIT
//
// OutputStream: where bytes go, java.io.OutputStream in C++. Abstract: Socket::getOutputStream() gives one, and a
// program may derive its own by overriding write(const void*, std::size_t).
//
// Thread-safety: what the derived class says. A socket's stream may be used from any thread; the bytes of one write are
// never mixed with another's.
#pragma once

#include <netlite/export.hpp>

#include <cstddef>
#include <string_view>

namespace netlite {

/// Where bytes go, java.io.OutputStream in C++. Socket::getOutputStream() gives one, and a program may derive its own
/// by overriding write(const void*, std::size_t); everything else has a default.
///
/// Thread-safety: what the derived class says. A socket's stream may be used from any thread; the bytes of one write
/// are never mixed with another's.
class NETLITE_API OutputStream {
 public:
  /// For derived classes.
  OutputStream() = default;
  OutputStream(const OutputStream&) = default;
  OutputStream& operator=(const OutputStream&) = default;
  virtual ~OutputStream();

  /// Writes all of the bytes. This is the one function that a stream of one's own has to override (add
  /// `using OutputStream::write;` to keep the other overloads visible in it).
  ///
  /// On a socket's stream it blocks while the system's send buffer is full, which ends with Socket::setWriteTimeout's
  /// deadline, with close() and with shutdownOutput(). It returns when the system has taken the bytes, not when the
  /// peer has them.
  ///
  /// @param data the bytes; may be null only if `size` is 0
  /// @param size how many
  /// @throws std::invalid_argument  `data` is null and `size` is not 0
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() tells how many bytes went out
  /// @throws SocketException        the peer is gone, the output is shut down, or the socket is closed
  /// @throws IOException            what a stream of another kind may throw
  virtual void write(const void* data, std::size_t size) = 0;

  /// Writes the bytes of `text`. Blocks as write(const void*, std::size_t).
  ///
  /// @param text the bytes, sent as they are
  /// @throws SocketTimeoutException as write(const void*, std::size_t)
  /// @throws SocketException        as write(const void*, std::size_t)
  /// @throws IOException            as write(const void*, std::size_t)
  void write(std::string_view text);

  /// Writes one byte, the low eight bits of `byte`. Blocks as write(const void*, std::size_t).
  ///
  /// @param byte the byte; bits above the eighth are ignored, as in Java
  /// @throws SocketTimeoutException as write(const void*, std::size_t)
  /// @throws SocketException        as write(const void*, std::size_t)
  /// @throws IOException            as write(const void*, std::size_t)
  void write(int byte);

  /// Sends what the stream itself holds back. The default, and a socket's stream, hold nothing back: there it does
  /// nothing and never blocks.
  ///
  /// @throws IOException what a buffering stream may throw
  virtual void flush();

  /// Closes the stream. The default does nothing; a socket's stream closes its socket, as in Java. Never throws for a
  /// stream that is closed already, and blocks as Socket::close() does on a socket's stream.
  ///
  /// @throws IOException what a stream of another kind may throw
  virtual void close();
};

}  // namespace netlite
