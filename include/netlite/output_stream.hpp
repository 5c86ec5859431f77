// SPDX-License-Identifier: MIT
//
// OutputStream: where bytes go, java.io.OutputStream in C++.
#pragma once

#include <netlite/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace netlite {

/// Where bytes go, java.io.OutputStream in C++. Socket::getOutputStream() returns one. To write your own, override
/// write(const void*, std::size_t); everything else has a default.
///
/// ```cpp
/// struct Counter : netlite::OutputStream {
///   using OutputStream::write;
///   void write(const void*, std::size_t size) override { count += size; }
///   std::size_t count = 0;
/// };
/// ```
///
/// On a socket's stream, writing blocks while the system's send buffer is full; Socket::setWriteTimeout's deadline,
/// close() and shutdownOutput() end the waiting. It returns when the system has accepted the bytes, not when the peer
/// has received them. It throws SocketTimeoutException when the deadline passes (bytesTransferred() bytes were sent),
/// SocketException when the peer is gone, the output is shut down or the socket is closed, and whatever else the
/// derived class throws.
///
/// Thread-safety: that of the derived class. A socket's stream may be used from any thread; the bytes of one write are
/// never mixed with another's.
class NETLITE_API OutputStream {
 public:
  /// For derived classes.
  OutputStream() = default;
  OutputStream(const OutputStream&) = default;
  OutputStream& operator=(const OutputStream&) = default;
  virtual ~OutputStream();

  /// Writes all of the bytes. Derived classes must override it, and should add `using OutputStream::write;` to keep the
  /// other overloads visible.
  ///
  /// @throws std::invalid_argument `data` is null and `size` is not 0
  virtual void write(const void* data, std::size_t size) = 0;

  /// Writes the bytes of `text` as they are.
  void write(std::string_view text);

  /// Writes one byte, the low eight bits of `byte`, as in Java.
  void write(int byte);

  /// Sends what the stream itself holds back. The default does nothing and never blocks; neither does a socket's
  /// stream, which holds nothing back.
  ///
  /// @throws IOException what a buffering stream may throw
  virtual void flush();

  /// Closes the stream. The default does nothing; a socket's stream closes its socket, as in Java, and blocks as
  /// Socket::close() does. Closing a closed stream does nothing.
  ///
  /// @throws IOException what a stream of another kind may throw
  virtual void close();

 private:
  friend class FileInputStream;

  // Lets the system send an open file, by its native handle, from its position to its end, and adds the bytes to
  // `sent`. Throws as write() does. Returns false if the system cannot send the rest, which the caller then copies: the
  // default.
  virtual bool sendFile(std::intptr_t file, std::uint64_t& sent);
};

}  // namespace netlite
