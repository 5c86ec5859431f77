// SPDX-License-Identifier: MIT
//
// InputStream: where bytes come from, java.io.InputStream in C++. Abstract: Socket::getInputStream() gives one, and a
// program may derive its own by overriding read(void*, std::size_t).
//
// Thread-safety: what the derived class says. A socket's stream may be used from any thread; of several threads that
// read at the same time each gets some of the bytes.
#pragma once

#include <netlite/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace netlite {

class OutputStream;

/// Where bytes come from, java.io.InputStream in C++. Socket::getInputStream() gives one, and a program may derive its
/// own by overriding read(void*, std::size_t); everything else has a default that works on top of it.
///
/// Thread-safety: what the derived class says. A socket's stream may be used from any thread; of several threads that
/// read at the same time each gets some of the bytes.
///
/// A member that names no exceptions throws none but std::bad_alloc and what a derived class throws.
class NETLITE_API InputStream {
 public:
  /// For derived classes.
  InputStream() = default;
  InputStream(const InputStream&) = default;
  InputStream& operator=(const InputStream&) = default;
  virtual ~InputStream();

  /// Reads some bytes: as many as are there, at least one, at most `size`. This is the one function that a stream of
  /// one's own has to override (add `using InputStream::read;` to keep the one-byte read() visible in it).
  ///
  /// Blocks until a byte, the end of the stream or an error is there. On a socket's stream the waiting is ended by
  /// Socket::setSoTimeout's deadline, by close() and by shutdownInput().
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read; 0 at the end of the stream, or at once if `size` is 0, even after close
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException the deadline passed; nothing is lost, and a later call goes on
  /// @throws SocketException        the connection was reset, or the socket is closed
  /// @throws IOException            what a stream of another kind may throw
  virtual std::size_t read(void* buffer, std::size_t size) = 0;

  /// Reads one byte. Blocks as read(void*, std::size_t) does.
  ///
  /// @return 0 to 255, or -1 at the end of the stream
  /// @throws SocketTimeoutException as read(void*, std::size_t)
  /// @throws SocketException        as read(void*, std::size_t)
  /// @throws IOException            as read(void*, std::size_t)
  int read();

  /// Reads until `size` bytes have come or the stream ends. Blocks until then; a socket's timeout is one deadline for
  /// the whole call.
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   the bytes wanted
  /// @return the number of bytes read: less than `size` only if the stream ended
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() tells how many bytes are in `buffer`
  /// @throws std::invalid_argument  as read(void*, std::size_t)
  /// @throws SocketException        as read(void*, std::size_t)
  /// @throws IOException            as read(void*, std::size_t)
  std::size_t readNBytes(void* buffer, std::size_t size);

  /// Reads exactly `size` bytes. Blocks until they have come; a socket's timeout is one deadline for the whole call.
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   the bytes wanted
  /// @throws EOFException           the stream ended first; what() tells how many bytes had come
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() tells how many bytes are in `buffer`
  /// @throws std::invalid_argument  as read(void*, std::size_t)
  /// @throws SocketException        as read(void*, std::size_t)
  /// @throws IOException            as read(void*, std::size_t)
  void readFully(void* buffer, std::size_t size);

  /// Reads everything up to the end of the stream. Blocks until the end; a socket's timeout is one deadline for the
  /// whole call. The result is as long as the peer makes it: for input that is not trusted use a BufferedReader, whose
  /// lines are bounded, or readNBytes.
  ///
  /// @return the bytes, none if the stream is at its end already
  /// @throws SocketTimeoutException the deadline passed; what had come is kept (see unread) for the next call
  /// @throws SocketException        as read(void*, std::size_t); what had come is kept, too
  /// @throws IOException            as read(void*, std::size_t); what had come is kept, too
  std::string readAllBytes();

  /// How many bytes can be read without waiting. Never blocks.
  ///
  /// @return a lower bound, in bytes; 0 if that is not known (the default), or at the end of the stream
  /// @throws SocketException the socket is closed
  virtual std::size_t available();

  /// Reads and drops bytes. Blocks until `count` bytes have come or the stream ends; a socket's timeout is one deadline
  /// for the whole call.
  ///
  /// @param count how many bytes to drop
  /// @return how many were dropped: less than `count` only if the stream ended
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() tells how many bytes were dropped
  /// @throws SocketException        as read(void*, std::size_t)
  /// @throws IOException            as read(void*, std::size_t)
  virtual std::size_t skip(std::size_t count);

  /// Reads everything up to the end of the stream and writes it to `out`, which is neither flushed nor closed. Blocks
  /// until the end of this stream, and while `out` takes no more; a socket's timeout is one deadline for the whole
  /// call.
  ///
  /// @param out where the bytes go
  /// @return how many bytes were transferred
  /// @throws SocketTimeoutException a deadline passed; bytesTransferred() tells how many bytes were written, and bytes
  ///         that had been read but not written are kept (see unread) for the next call
  /// @throws SocketException as read(void*, std::size_t) and OutputStream::write. Where writing failed, what had been
  ///         read last is kept, though `out` may have taken the beginning of it
  /// @throws IOException     the same for streams of another kind
  std::uint64_t transferTo(OutputStream& out);

  /// Waits until a read would not have to wait, but no longer than `patience`. Lets a BufferedReader find out that a
  /// connection has gone idle, and give its memory back. Bytes are not consumed, errors not reported.
  ///
  /// Blocks until there is something to read, `patience` is over or, on a socket's stream, its deadline passes or the
  /// socket is closed.
  ///
  /// @param patience how long to wait at most, in milliseconds; zero only looks
  /// @return false if the time passed with nothing to read; true if a read would return or throw at once, or if that
  ///         cannot be known (the default)
  /// @throws std::invalid_argument negative (streams of sockets)
  virtual bool awaitInput(std::chrono::milliseconds patience);

  /// Whether a read costs so much that one large read is better than several small ones. Lets a BufferedReader read
  /// more than its buffer size at once while much arrives; of other streams small pieces are better, which stay in the
  /// processor's cache. Never blocks.
  ///
  /// @return false by default; true for a socket's stream, where each read is a system call, and for readers on one
  virtual bool prefersLargeReads() const noexcept;

  /// Closes the stream. The default does nothing; a socket's stream closes its socket, as in Java. Never throws for a
  /// stream that is closed already, and blocks as Socket::close() does on a socket's stream.
  ///
  /// @throws IOException what a stream of another kind may throw
  virtual void close();

 protected:
  /// Takes back bytes which a call had read when it was cut short, so that they come first in the next read. The
  /// default drops them; a stream whose read() can throw and then go on should override it. Never blocks.
  ///
  /// @param bytes the bytes, the earliest first
  virtual void unread(std::string bytes);
};

}  // namespace netlite
