// SPDX-License-Identifier: MIT
//
// InputStream: where bytes come from, java.io.InputStream in C++.
#pragma once

#include <netlite/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace netlite {

class OutputStream;

/// Where bytes come from, java.io.InputStream in C++. Socket::getInputStream() returns one. To write your own, override
/// read(void*, std::size_t); everything else has a default that works on top of it.
///
/// ```cpp
/// class Zeros : public netlite::InputStream {
///  public:
///   using InputStream::read;
///   std::size_t read(void* buffer, std::size_t size) override {
///     std::fill_n(static_cast<char*>(buffer), size, '\0');
///     return size;
///   }
/// };
/// ```
///
/// Members that read block until they have what they return, or the stream ends or fails. On a socket's stream
/// Socket::setSoTimeout sets one deadline for the whole call, and close() and shutdownInput() end the waiting. They
/// throw SocketTimeoutException when the deadline passes, SocketException when the connection was reset or the socket
/// is closed, and whatever else the derived class throws. A later call continues where a timeout stopped;
/// bytesTransferred() counts the bytes that the caller already has.
///
/// Thread-safety: that of the derived class. A socket's stream may be used from any thread; of several threads that
/// read at the same time each gets some of the bytes.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc and what the derived class throws.
class NETLITE_API InputStream {
 public:
  /// For derived classes.
  InputStream() = default;
  InputStream(const InputStream&) = default;
  InputStream& operator=(const InputStream&) = default;
  virtual ~InputStream();

  /// Reads some bytes: as many as have arrived, at least one, at most `size`. Derived classes must override it, and
  /// should add `using InputStream::read;` to keep the one-byte read() visible.
  ///
  /// @return the number of bytes read; 0 at the end of the stream, or immediately if `size` is 0, even after close()
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  virtual std::size_t read(void* buffer, std::size_t size) = 0;

  /// Reads one byte.
  ///
  /// @return 0 to 255, or -1 at the end of the stream
  int read();

  /// Reads until `size` bytes have arrived or the stream ends.
  ///
  /// @return the number of bytes read: less than `size` only if the stream ended
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t readNBytes(void* buffer, std::size_t size);

  /// Reads exactly `size` bytes.
  ///
  /// @throws EOFException          the stream ended first, after bytesTransferred() bytes, which are in the buffer
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  void readFully(void* buffer, std::size_t size);

  /// Reads everything up to the end of the stream. If it throws, the bytes that have arrived are kept for the next call
  /// (see unread). The result is as long as the peer makes it: for input that is not trusted use a BufferedReader,
  /// whose lines are bounded, or readNBytes().
  std::string readAllBytes();

  /// How many bytes can be read without blocking.
  ///
  /// @return a lower bound; 0 if that is not known (the default), or at the end of the stream
  /// @throws SocketException the socket is closed
  virtual std::size_t available();

  /// Reads and drops `count` bytes.
  ///
  /// @return how many were dropped: less than `count` only if the stream ended
  virtual std::size_t skip(std::size_t count);

  /// Reads everything up to the end of the stream and writes it to `out`, which is neither flushed nor closed. Also
  /// blocks and throws as writing to `out` does; bytesTransferred() of a timeout then counts the bytes written. Bytes
  /// that were read but not written are kept for the next call (see unread); after a failure to write other than a
  /// timeout these are all bytes of the last read, though `out` may have accepted some of them.
  ///
  /// @return how many bytes were transferred
  std::uint64_t transferTo(OutputStream& out);

  /// Waits until a read would not block, but no longer than `patience` (zero only checks). Lets a BufferedReader or a
  /// BufferedInputStream find out that a connection is idle, and free its memory. Consumes no bytes and reports no
  /// errors. On a socket's stream the read timeout and close() end the waiting, too.
  ///
  /// @return false if the time passed with nothing to read; true if a read would return or throw immediately, or if
  ///         that is not known (the default)
  /// @throws std::invalid_argument `patience` is negative (streams of sockets)
  virtual bool awaitInput(std::chrono::milliseconds patience);

  /// Whether reads are expensive, so that few large ones beat many small ones, and take all that has arrived if there
  /// is room. Lets a BufferedReader or a BufferedInputStream read more than its buffer size while much arrives, and
  /// flush a tied writer after a read that did not fill its room. From other streams it reads small pieces, which stay
  /// in the processor's cache.
  ///
  /// @return false by default; true for a socket's stream, where each read is a system call, and for readers on one
  virtual bool prefersLargeReads() const noexcept;

  /// Closes the stream. The default does nothing; a socket's stream closes its socket, as in Java, and blocks as
  /// Socket::close() does. Closing a closed stream does nothing.
  ///
  /// @throws IOException what a stream of another kind may throw
  virtual void close();

 protected:
  /// Takes back bytes that a call had read when it was cut short, so that the next read returns them first. The default
  /// drops them; a stream whose read() can throw and then continue should override it.
  virtual void unread(std::string bytes);

 private:
  // For streams that the system can transfer by itself: does what it can, and adds the bytes to `transferred`. Returns
  // whether the stream is at its end. If not, transferTo() copies the rest.
  virtual bool transferDirectly(OutputStream& out, std::uint64_t& transferred);
};

}  // namespace netlite
