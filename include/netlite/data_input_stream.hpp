// SPDX-License-Identifier: MIT
//
// DataInputStream: binary numbers and texts from a stream, java.io.DataInputStream in C++.
#pragma once

#include <netlite/buffered_input_stream.hpp>
#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace netlite {

/// Binary numbers and texts from a stream, java.io.DataInputStream in C++. It reads what a DataOutputStream or Java's
/// wrote: big-endian numbers, and texts in Java's modified UTF-8, which become ordinary UTF-8.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::DataInputStream in(netlite::BufferedInputStream(socket.getInputStream()));
/// const std::int32_t id = in.readInt();
/// const std::string name = in.readUTF();
/// std::cout << id << ' ' << name << '\n';
/// ```
///
/// It reads from the stream below no more than the next value. So without a BufferedInputStream between, each value is
/// at least one read there, which on a socket's stream is a system call.
///
/// Reading members block until a whole value has arrived, or the stream below ends or fails. On a socket,
/// Socket::setSoTimeout sets one deadline for the whole call, however many reads it takes; close() and
/// Socket::shutdownInput() end the waiting. They throw EOFException when the stream ends before or in the middle of a
/// value, whose bytes are dropped, as in Java; SocketTimeoutException when the deadline passes, SocketException when
/// the connection was reset or the socket is closed, and whatever else the stream below throws.
///
/// Except at the end of the stream nothing is lost then: the bytes of a value that did not arrive whole come first in
/// whatever is read next, be it another value, the same one again, or bytes by read(). available() counts them.
///
/// Thread-safety: one thread reads at a time, and all other members belong to that thread, except close(), which any
/// thread may call at any time if the stream below allows that, as a socket's does.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API DataInputStream : public InputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream =
      std::is_base_of_v<InputStream, std::decay_t<Stream>> && !std::is_same_v<DataInputStream, std::decay_t<Stream>>;

 public:
  /// Creates a data stream on another one, which it owns: any InputStream, by value, such as client.getInputStream() or
  /// a BufferedInputStream on that. Reads nothing yet.
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit DataInputStream(Stream&& stream)
      : DataInputStream(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream))) {}

  /// Creates a data stream on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null
  explicit DataInputStream(std::unique_ptr<InputStream> stream);

  /// Moves a stream with the bytes that it holds. `other` may only be destroyed or assigned to afterwards.
  DataInputStream(DataInputStream&& other) noexcept;

  /// Drops the bytes that this stream holds, and moves `other` here, as the constructor does.
  DataInputStream& operator=(DataInputStream&& other) noexcept;

  /// Drops the bytes that this stream holds. Does not close the stream below.
  ~DataInputStream() override;

  /// Reads one byte. Blocks and throws as the class comment says.
  ///
  /// @return whether it is not 0
  bool readBoolean() { return readUnsignedByte() != 0; }

  /// Reads one byte, from -128 to 127. Blocks and throws as the class comment says.
  std::int8_t readByte() { return static_cast<std::int8_t>(readUnsignedByte()); }

  /// Reads one byte, from 0 to 255. Blocks and throws as the class comment says.
  std::uint8_t readUnsignedByte() { return static_cast<std::uint8_t>(*take(1)); }

  /// Reads two bytes, from -32768 to 32767. Blocks and throws as the class comment says.
  std::int16_t readShort() { return static_cast<std::int16_t>(readUnsignedShort()); }

  /// Reads two bytes, from 0 to 65535. Blocks and throws as the class comment says.
  std::uint16_t readUnsignedShort() { return bigEndian16(take(2)); }

  /// Reads two bytes as a UTF-16 code unit, as DataOutputStream::writeChar writes it. Blocks and throws as the class
  /// comment says.
  char16_t readChar() { return readUnsignedShort(); }

  /// Reads four bytes. Blocks and throws as the class comment says.
  std::int32_t readInt() { return static_cast<std::int32_t>(bigEndian32(take(4))); }

  /// Reads eight bytes. Blocks and throws as the class comment says.
  std::int64_t readLong() { return static_cast<std::int64_t>(bigEndian64(take(8))); }

  /// Reads four bytes as an IEEE 754 number. Blocks and throws as the class comment says.
  float readFloat();

  /// Reads eight bytes as an IEEE 754 number. Blocks and throws as the class comment says.
  double readDouble();

  /// Reads a text: two bytes with its length, then that many bytes of Java's modified UTF-8 (java.io.DataInput), in
  /// which U+0000 is C0 80 and a character beyond U+FFFF two surrogates. Blocks and throws as the class comment says.
  ///
  /// Malformed bytes, overlong forms except C0 80, and unpaired surrogates are refused (Java accepts the last two). A
  /// zero byte is accepted, as in Java.
  ///
  /// @return the text in UTF-8, at most 65535 bytes
  /// @throws UTFDataFormatException the text is malformed. It has been read whole: what follows it comes next
  std::string readUTF();

  /// Reads and drops up to `count` bytes, as skip() does. Blocks as the class comment says.
  ///
  /// @return how many were dropped: less than `count` only if the stream ended
  std::size_t skipBytes(std::size_t count);

  using InputStream::read;

  /// Reads some bytes: first those of a value that did not arrive whole, else what the stream below delivers.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes can be read without blocking: those of a value that did not arrive whole, and what the stream below
  /// has available.
  ///
  /// @return a lower bound
  /// @throws SocketException the socket is closed and this stream holds no bytes
  std::size_t available() override;

  /// Reads and drops `count` bytes, by skip() of the stream below if this stream holds fewer.
  ///
  /// @return how many were dropped: less than `count` only if the stream ended
  std::size_t skip(std::size_t count) override;

  /// Waits for bytes from the stream below unless this stream holds some, see InputStream::awaitInput. They may be only
  /// a part of a value, and reading it would wait for the rest.
  bool awaitInput(std::chrono::milliseconds patience) override;

  /// As for the stream below.
  bool prefersLargeReads() const noexcept override;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java). May be called from any
  /// thread. Blocks only as closing the stream below does.
  ///
  /// @throws IOException what closing the stream below throws
  void close() override;

 protected:
  /// Puts bytes before those that are still to be read.
  void unread(std::string bytes) override;

 private:
  class State;
  using Window = BufferedInputStream::Window;

  static std::uint16_t bigEndian16(const char* bytes) noexcept {
    return static_cast<std::uint16_t>(byteAt(bytes, 0) << 8 | byteAt(bytes, 1));
  }
  static std::uint32_t bigEndian32(const char* bytes) noexcept {
    return byteAt(bytes, 0) << 24 | byteAt(bytes, 1) << 16 | byteAt(bytes, 2) << 8 | byteAt(bytes, 3);
  }
  static std::uint64_t bigEndian64(const char* bytes) noexcept {
    return static_cast<std::uint64_t>(bigEndian32(bytes)) << 32 | bigEndian32(bytes + 4);
  }
  static std::uint32_t byteAt(const char* bytes, std::size_t index) noexcept {
    return static_cast<unsigned char>(bytes[index]);
  }

  // Removes the next `size` bytes, which stay valid until the next call. Inline, since a value that is in the buffer
  // costs little more than a call.
  const char* take(std::size_t size) {
    if (!holds(size)) return takeSlowly(size);
    const char* const bytes = window_->bytes + window_->next;
    window_->next += size;
    return bytes;
  }

  bool holds(std::size_t size) const noexcept {
    return window_->next + size <= window_->limit.load(std::memory_order_relaxed);
  }

  const char* takeSlowly(std::size_t size);
  const char* peek(std::size_t size);

  std::unique_ptr<State> state_;  // null only once moved from
  Window* window_;                // where the next bytes are; in state_ if that holds some
};

}  // namespace netlite
