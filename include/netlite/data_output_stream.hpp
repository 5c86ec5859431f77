// SPDX-License-Identifier: MIT
//
// DataOutputStream: binary numbers and texts to a stream, java.io.DataOutputStream in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace netlite {

/// Binary numbers and texts to a stream, java.io.DataOutputStream in C++. A DataInputStream or Java's reads them:
/// big-endian numbers, and texts in Java's modified UTF-8.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::DataOutputStream out(netlite::BufferedOutputStream(socket.getOutputStream()));
/// out.writeInt(42);
/// out.writeUTF("안녕");
/// out.flush();
/// ```
///
/// Each value is one write of the stream below. So without a BufferedOutputStream between, it is sent immediately, by
/// one system call on a socket's stream.
///
/// Members that write block and throw as writing to the stream below does: on a socket SocketTimeoutException when the
/// write timeout passes, SocketException when the peer is gone, the output is shut down or the socket is closed. A
/// value whose write times out on a socket's stream is torn: bytesTransferred() of its bytes were sent, and the peer is
/// waiting for the rest. With a BufferedOutputStream between nothing is torn: the value was taken, and flush() resumes
/// the sending.
///
/// Thread-safety: that of the stream below. On a socket's stream or a BufferedOutputStream any thread may call any
/// member (except moving and destroying), and each value is atomic: the bytes of several values never mix.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API DataOutputStream : public OutputStream {
  template <typename Stream>
  static constexpr bool kIsOtherStream =
      std::is_base_of_v<OutputStream, std::decay_t<Stream>> && !std::is_same_v<DataOutputStream, std::decay_t<Stream>>;

 public:
  /// Creates a data stream on another one, which it owns: any OutputStream, by value, such as client.getOutputStream()
  /// or a BufferedOutputStream on that.
  template <typename Stream, std::enable_if_t<kIsOtherStream<Stream>, int> = 0>
  explicit DataOutputStream(Stream&& stream)
      : DataOutputStream(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream))) {}

  /// Creates a data stream on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null
  explicit DataOutputStream(std::unique_ptr<OutputStream> stream);

  /// Moves a stream. `other` may only be destroyed or assigned to afterwards.
  DataOutputStream(DataOutputStream&& other) noexcept;

  /// Destroys the stream below, and moves `other` here, as the constructor does.
  DataOutputStream& operator=(DataOutputStream&& other) noexcept;

  /// Destroys the stream below, which flushes a BufferedOutputStream. Closes nothing.
  ~DataOutputStream() override;

  /// Writes one byte: 1 for true, 0 for false. Blocks and throws as the class comment says.
  void writeBoolean(bool value);

  /// Writes the low eight bits. Blocks and throws as the class comment says.
  void writeByte(int value);

  /// Writes the low sixteen bits. Blocks and throws as the class comment says.
  void writeShort(int value);

  /// Writes the low sixteen bits, a UTF-16 code unit. Blocks and throws as the class comment says.
  void writeChar(int value);

  /// Writes four bytes. Blocks and throws as the class comment says.
  void writeInt(std::int32_t value);

  /// Writes eight bytes. Blocks and throws as the class comment says.
  void writeLong(std::int64_t value);

  /// Writes an IEEE 754 number of four bytes; every NaN as Java's one, 7FC00000. Blocks and throws as the class comment
  /// says.
  void writeFloat(float value);

  /// Writes an IEEE 754 number of eight bytes; every NaN as Java's one, 7FF8000000000000. Blocks and throws as the
  /// class comment says.
  void writeDouble(double value);

  /// Writes a text: two bytes with its length, then its characters in Java's modified UTF-8 (java.io.DataOutput), in
  /// which U+0000 takes two bytes and a character beyond U+FFFF six. Blocks and throws as the class comment says.
  ///
  /// @param text UTF-8
  /// @throws UTFDataFormatException the text is not UTF-8, or takes more than 65535 bytes; nothing was written
  void writeUTF(std::string_view text);

  /// Writes the bytes as they are, without a length: Java's writeBytes() for text that is ASCII. Blocks and throws as
  /// the class comment says.
  void writeBytes(std::string_view bytes);

  /// How many bytes have been written so far. Counts what a write that timed out has transferred, too, but nothing of
  /// one that failed otherwise. 64 bits (Java stops at 2147483647).
  std::uint64_t size() const noexcept;

  using OutputStream::write;

  /// Writes all of the bytes, as the stream below does.
  ///
  /// @throws std::invalid_argument `data` is null and `size` is not 0
  void write(const void* data, std::size_t size) override;

  /// Flushes the stream below. Blocks and throws as that does.
  void flush() override;

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks as both do. Closing twice is harmless.
  ///
  /// @throws IOException what flushing or closing the stream below throws: the first failure
  void close() override;

 private:
  class State;

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
