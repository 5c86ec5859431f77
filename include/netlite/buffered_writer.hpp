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

/// Text collected and sent in few calls, java.io.BufferedWriter in C++. It throws what the stream below throws;
/// PrintWriter is the one that remembers errors instead.
///
/// Nothing is sent before flush(), close() or a full buffer. When text does not fit any more, the lines that are whole
/// are sent and the started one is kept, so a line that fits the buffer is never split; what is longer than the buffer
/// by itself is sent in one call.
///
/// After a SocketTimeoutException nothing may be written again: the text was taken, what the stream could not send is
/// kept, and the next flush() goes on where the sending stopped, no byte lost and none twice. After any other error the
/// unsent text is kept as well. Who goes on writing to a peer that takes nothing makes the buffer grow without a bound;
/// stop at the first exception, or use a PrintWriter.
///
/// The buffer takes no memory before it is used. It grows to `bufferSize`, for a text that does not fit to what both
/// take together and an eighth more, and keeps 2 KiB at most after a flush.
///
/// Thread-safety: every member may be called from any thread (moving and destroying excepted), and each call is atomic:
/// texts written by several threads never mix. A call waits for those of other threads that came before it.
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

  /// Takes a writer over, with what it has not sent. Never blocks.
  ///
  /// @param other may only be destroyed or assigned to from now on
  BufferedWriter(BufferedWriter&& other) noexcept;

  /// Flushes this writer, as the destructor does, and takes another one over. Blocks as flush() does.
  ///
  /// @param other may only be destroyed or assigned to from now on
  /// @return this writer
  BufferedWriter& operator=(BufferedWriter&& other) noexcept;

  /// Flushes what is left, swallowing errors, unless the writer is closed. Closes nothing. Blocks as flush() does; to
  /// hear of errors, flush() or close() before.
  ~BufferedWriter();

  /// Writes text. Blocks only when the buffer is full, as the stream below does.
  ///
  /// @param text any bytes, sent as they are; usually UTF-8
  /// @throws SocketTimeoutException the write timeout passed. `text` was taken: do not write it again, flush()
  /// @throws SocketException        the peer is gone, the output is shut down, or the socket is closed
  /// @throws IOException            this writer is closed, or what a stream of another kind throws
  void write(std::string_view text);

  /// The same for a C string. Blocks as write(std::string_view).
  ///
  /// @param text ends with a zero byte; not null
  /// @throws std::invalid_argument  `text` is null
  /// @throws SocketTimeoutException as write(std::string_view)
  /// @throws SocketException        as write(std::string_view)
  /// @throws IOException            as write(std::string_view)
  template <typename Character, std::enable_if_t<std::is_same_v<Character, char>, int> = 0>
  void write(const Character* text) {
    writeText(text);
  }

  /// Writes one byte. Blocks as write(std::string_view).
  ///
  /// @param character the byte
  /// @throws SocketTimeoutException as write(std::string_view)
  /// @throws SocketException        as write(std::string_view)
  /// @throws IOException            as write(std::string_view)
  void write(char character);

  /// Ends a line: writes `"\n"` on every platform, as the other end may be another system (Java: the platform's own).
  /// Blocks as write(std::string_view).
  ///
  /// @throws SocketTimeoutException as write(std::string_view)
  /// @throws SocketException        as write(std::string_view)
  /// @throws IOException            as write(std::string_view)
  void newLine();

  /// Sends everything that was written and flushes the stream below. Blocks until the stream has taken it; on a socket
  /// the waiting ends with its write timeout, close() and shutdownOutput().
  ///
  /// @throws SocketTimeoutException the write timeout passed; the next flush() goes on
  /// @throws SocketException        the peer is gone, the output is shut down, or the socket is closed
  /// @throws IOException            this writer is closed, or what a stream of another kind throws
  void flush();

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks as flush(), and waits for a call of another thread that is in progress; Socket::close() does not. Text that
  /// could not be sent is dropped. Closing twice is harmless.
  ///
  /// @throws SocketTimeoutException the write timeout passed; the stream below is closed all the same
  /// @throws SocketException        as flush(); the stream below is closed all the same
  /// @throws IOException            what flushing or closing a stream of another kind has thrown
  void close();

 private:
  class State;

  void writeText(const char* text);

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
