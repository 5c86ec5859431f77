// SPDX-License-Identifier: MIT
//
// BufferedInputStream: few large reads in place of many small ones, java.io.BufferedInputStream in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace netlite {

/// Few large reads in place of many small ones, java.io.BufferedInputStream in C++. Most useful below a
/// DataInputStream, whose values would cost a system call each.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::BufferedInputStream in(socket.getInputStream());
/// unsigned sum = 0;
/// for (int byte = in.read(); byte != -1; byte = in.read()) sum += static_cast<unsigned>(byte);
/// ```
///
/// The stream reads ahead: what is in its buffer is no longer in the stream below. close() drops it. Closing only the
/// socket does not: bytes in the buffer are still returned.
///
/// It blocks and throws as the stream below does; a socket's timeout is one deadline for the whole call. Nothing is
/// lost then. After close() members that read throw IOException.
///
/// Memory: none before the first read, then the buffer size. While more arrives together it grows to 8 times that, if
/// the stream below prefers large reads, as a socket's does. A stream that has then waited for 20 milliseconds keeps
/// only the buffer size, if the stream below supports awaitInput() as a socket's does.
///
/// Thread-safety: one thread reads at a time, and all other members belong to that thread, except close(), which any
/// thread may call at any time if the stream below allows that, as a socket's does.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API BufferedInputStream : public InputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream = std::is_base_of_v<InputStream, std::decay_t<Stream>> &&
                                         !std::is_same_v<BufferedInputStream, std::decay_t<Stream>>;

 public:
  /// Creates a buffered stream on another one, which it owns. Reads nothing yet.
  ///
  /// @param stream any InputStream, by value: client.getInputStream(), or a copy of your own stream
  /// @param size   of the buffer in bytes, not 0; the maximum for one read of the stream below, or 8 times that if it
  ///               prefers large reads
  /// @throws std::invalid_argument `size` is 0
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit BufferedInputStream(Stream&& stream, std::size_t size = 8192)
      : BufferedInputStream(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream)), size) {}

  /// Creates a buffered stream on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null or `size` is 0
  explicit BufferedInputStream(std::unique_ptr<InputStream> stream, std::size_t size = 8192);

  /// Moves a stream with what it has buffered. `other` may only be destroyed or assigned to afterwards.
  BufferedInputStream(BufferedInputStream&& other) noexcept;

  /// Drops what this stream has buffered, and moves `other` here, as the constructor does.
  BufferedInputStream& operator=(BufferedInputStream&& other) noexcept;

  /// Drops what is buffered. Does not close the stream below.
  ~BufferedInputStream() override;

  using InputStream::read;

  /// Reads some bytes: those in the buffer, or if it is empty, what the stream below delivers. With an empty buffer a
  /// read of at least the buffer's size goes straight into the caller's memory.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  /// @throws IOException           this stream is closed
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes can be read without blocking: those in the buffer, and what the stream below has available.
  ///
  /// @return a lower bound
  /// @throws SocketException the socket is closed and the buffer is empty
  /// @throws IOException     this stream is closed
  std::size_t available() override;

  /// Reads and drops `count` bytes: those in the buffer, and then bytes of the stream below, by its skip().
  ///
  /// @return how many were dropped: less than `count` only if the stream ended
  /// @throws IOException this stream is closed
  std::size_t skip(std::size_t count) override;

  /// Waits for bytes from the stream below unless the buffer has some, see InputStream::awaitInput.
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// As for the stream below.
  bool prefersLargeReads() const noexcept override;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java) and drops what is buffered.
  /// Does not wait for the thread that reads, but wakes it, if the stream below does so, with an exception. Closing
  /// twice is harmless. Blocks only as closing the stream below does.
  ///
  /// @throws IOException what closing the stream below throws; this stream is closed all the same
  void close() override;

 protected:
  /// Puts bytes before those that are still to be read.
  void unread(std::string bytes) override;

 private:
  friend class DataInputStream;
  class State;

  // The buffered bytes: those from `next` to `limit` are still to be read. DataInputStream reads its values here.
  struct Window {
    const char* bytes = nullptr;
    std::size_t next = 0;
    std::atomic<std::size_t> limit{0};  // set to 0 by close(), on any thread
  };

  Window& window() noexcept;

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
