// SPDX-License-Identifier: MIT
//
// BufferedWriter: text collected and sent in few calls, java.io.BufferedWriter in C++. It throws what the stream below
// throws; PrintWriter is the one that remembers errors instead.
//
// Thread-safety: every member may be called from any thread (moving and destroying excepted), and each call is atomic:
// texts written by several threads never mix.
#pragma once

#include <netlite/export.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace netlite {

/// Nothing is sent before flush(), close() or a full buffer. When text does not fit any more, the lines that are whole
/// are sent and the started one is kept, so a line that fits the buffer is never split; what is longer than the buffer
/// by itself is sent in one call.
///
/// After a SocketTimeoutException nothing may be written again: the text was taken, what the stream could not send is
/// kept, and the next flush() goes on where the sending stopped, no byte lost and none twice. After any other error the
/// unsent text is kept as well.
///
/// The buffer takes no memory before it is used. It grows to `bufferSize` and the length of one text, and keeps 2 KiB
/// at most after a flush.
class NETLITE_API BufferedWriter {
 public:
  /// A writer on a stream, which it owns from now on. Never blocks.
  ///
  /// @param stream     any OutputStream, by value: client.getOutputStream(), or a copy of a stream of one's own
  /// @param bufferSize how many bytes are held back at most, not 0
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<OutputStream, std::decay_t<Stream>>, int> = 0>
  explicit BufferedWriter(Stream&& stream, std::size_t bufferSize = 8192)
      : BufferedWriter(std::unique_ptr<OutputStream>(new std::decay_t<Stream>(std::forward<Stream>(stream))),
                       bufferSize) {}

  /// The same for a stream on the heap.
  ///
  /// @param stream     not null
  /// @param bufferSize how many bytes are held back at most, not 0
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit BufferedWriter(std::unique_ptr<OutputStream> stream, std::size_t bufferSize = 8192);

  /// Moving leaves a writer behind that may only be destroyed or assigned to. A writer that is assigned to flushes
  /// first, as its destructor does.
  BufferedWriter(BufferedWriter&& other) noexcept;
  BufferedWriter& operator=(BufferedWriter&& other) noexcept;

  /// Flushes what is left, swallowing errors, unless the writer is closed. Closes nothing. Blocks as flush() does; to
  /// hear of errors, flush() or close() before.
  ~BufferedWriter();

  /// Writes text. Blocks only when the buffer is full, as the stream below does.
  ///
  /// @param text any bytes, sent as they are; usually UTF-8
  /// @throws SocketTimeoutException the write timeout passed. `text` was taken: do not write it again, flush()
  /// @throws SocketException, IOException what the stream below throws, or the writer is closed
  void write(std::string_view text);

  /// The same for a C string.
  ///
  /// @param text ends with a zero byte; not null
  /// @throws std::invalid_argument `text` is null
  /// @throws SocketTimeoutException, SocketException, IOException as write(std::string_view)
  template <typename Character, std::enable_if_t<std::is_same_v<Character, char>, int> = 0>
  void write(const Character* text) {
    writeText(text);
  }

  /// Writes one byte. Blocks and throws as write(std::string_view).
  ///
  /// @param character the byte
  void write(char character);

  /// Ends a line: writes `"\n"` on every platform, as the other end may be another system (Java: the platform's own).
  /// Blocks and throws as write(std::string_view).
  void newLine();

  /// Sends everything that was written and flushes the stream below. Blocks until the stream has taken it; on a socket
  /// the waiting ends with its write timeout, close() and shutdownOutput().
  ///
  /// @throws SocketTimeoutException the write timeout passed; the next flush() goes on
  /// @throws SocketException, IOException what the stream below throws, or the writer is closed
  void flush();

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Waits for a call of another thread that is in progress; Socket::close() does not. Text that could not be sent is
  /// dropped. Closing twice is harmless.
  ///
  /// @throws SocketTimeoutException, SocketException, IOException what flushing or closing the stream below has thrown
  void close();

 private:
  class State;

  void writeText(const char* text);

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
