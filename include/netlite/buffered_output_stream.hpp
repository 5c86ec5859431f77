// SPDX-License-Identifier: MIT
//
// BufferedOutputStream: few large writes in place of many small ones, java.io.BufferedOutputStream in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace netlite {

/// Few large writes in place of many small ones, java.io.BufferedOutputStream in C++. Most useful below a
/// DataOutputStream, whose values would cost a system call each.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::BufferedOutputStream out(socket.getOutputStream());
/// for (int byte = 0; byte < 256; ++byte) out.write(byte);
/// out.flush();
/// ```
///
/// Nothing is sent before flush(), close() or a full buffer. Bytes that do not fit are kept until what was written
/// before them is sent. A write of at least the buffer's size is sent directly after that, without being copied.
///
/// Members that send block as the stream below does; on a socket its write timeout, close() and shutdownOutput() end
/// the waiting. They throw SocketTimeoutException when the write timeout passes, SocketException when the peer is gone,
/// the output is shut down or the socket is closed, and IOException when this stream is closed, or whatever else the
/// stream below throws.
///
/// A write that times out has taken its bytes, and its bytesTransferred() says so: do not write them again, but call
/// flush(), which resumes where the sending stopped, without losing or repeating a byte. After any other error the
/// unsent bytes are kept as well. If you go on writing to a peer that accepts nothing, the buffer grows without a
/// bound: stop at the first exception. A thread that ends while it is sending (pthread_exit, pthread_cancel) drops the
/// bytes, as nothing reports how many have been sent.
///
/// The buffer allocates nothing before it is used. It grows to the buffer size, after a failed write to what has to be
/// kept plus an eighth, and keeps at most 2 KiB after a flush.
///
/// Thread-safety: any thread may call any member (except moving and destroying), and each call is atomic: the bytes of
/// several writes never mix. A call waits for earlier calls of other threads.
///
/// Unless documented otherwise, members throw only std::bad_alloc.
class NETLITE_API BufferedOutputStream : public OutputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream = std::is_base_of_v<OutputStream, std::decay_t<Stream>> &&
                                         !std::is_same_v<BufferedOutputStream, std::decay_t<Stream>>;

 public:
  /// Creates a buffered stream on another one, which it owns.
  ///
  /// @param stream any OutputStream, by value: client.getOutputStream(), or a copy of your own stream
  /// @param size   of the buffer in bytes, not 0
  /// @throws std::invalid_argument `size` is 0
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit BufferedOutputStream(Stream&& stream, std::size_t size = 8192)
      : BufferedOutputStream(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream)), size) {}

  /// Creates a buffered stream on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null or `size` is 0
  explicit BufferedOutputStream(std::unique_ptr<OutputStream> stream, std::size_t size = 8192);

  /// Moves a stream with its unsent bytes. `other` may only be destroyed or assigned to afterwards.
  BufferedOutputStream(BufferedOutputStream&& other) noexcept;

  /// Flushes this stream as the destructor does, and moves `other` here, as the constructor does.
  BufferedOutputStream& operator=(BufferedOutputStream&& other) noexcept;

  /// Flushes, swallowing errors, unless the stream is closed. Does not close the stream below. Blocks as flush() does;
  /// call flush() or close() before to learn of errors.
  ~BufferedOutputStream() override;

  using OutputStream::write;

  /// Writes all of the bytes. Blocks only when the buffer is full.
  ///
  /// @throws std::invalid_argument  `data` is null and `size` is not 0
  /// @throws SocketTimeoutException the write timeout passed; bytesTransferred() is `size`, since this stream has taken
  ///                                all of the bytes
  /// @throws std::bad_alloc         there is no memory for the bytes. Bytes of a failed write that can not be kept are
  ///                                dropped
  void write(const void* data, std::size_t size) override;

  /// Sends everything and flushes the stream below. Blocks until the stream has accepted it, and throws what the class
  /// comment lists.
  void flush() override;

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks and throws as flush() does, and waits for a call of another thread that is in progress; Socket::close()
  /// does not. Unsent bytes are dropped. Closing twice is harmless.
  void close() override;

 private:
  class State;

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
