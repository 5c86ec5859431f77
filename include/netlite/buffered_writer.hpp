// SPDX-License-Identifier: MIT
//
// BufferedWriter: text collected and sent in few calls, java.io.BufferedWriter in C++.
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
/// PrintWriter remembers errors instead.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::BufferedWriter out(socket.getOutputStream());
/// out.write("first line\n");
/// out.write("second line");
/// out.newLine();
/// out.flush();
/// ```
///
/// Nothing is sent before flush(), close() or a full buffer. When text no longer fits, the whole lines are sent and the
/// started one is kept, so a line that fits the buffer is never split; a longer one is sent in one call.
///
/// Members that send block as the stream below does; on a socket its write timeout, close() and shutdownOutput() end
/// the waiting. They throw SocketTimeoutException when the write timeout passes, SocketException when the peer is gone,
/// the output is shut down or the socket is closed, and IOException when this writer is closed, or whatever else the
/// stream below throws.
///
/// After a SocketTimeoutException do not write the text again: it was added to the buffer. What the stream could not
/// send is kept, and the next flush() resumes there, without losing or repeating a byte. After any other error the
/// unsent text is kept as well. If you go on writing to a peer that accepts nothing, the buffer grows without a bound:
/// stop at the first exception, or use a PrintWriter. A thread that ends while it is sending (pthread_exit,
/// pthread_cancel) drops the text, as nothing reports how much has been sent.
///
/// The buffer allocates nothing before it is used. It grows to `bufferSize`, for larger text to the combined size plus
/// an eighth, and keeps at most 2 KiB after a flush.
///
/// Thread-safety: any thread may call any member (except moving and destroying), and each call is atomic: texts written
/// by several threads never mix. A call waits for earlier calls of other threads.
///
/// Unless documented otherwise, members throw only std::bad_alloc.
class NETLITE_API BufferedWriter {
 public:
  /// Creates a writer on a stream, which it owns.
  ///
  /// @param stream     any OutputStream, by value: client.getOutputStream(), or a copy of your own stream
  /// @param bufferSize the maximum that is held back, in bytes, not 0
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<OutputStream, std::decay_t<Stream>>, int> = 0>
  explicit BufferedWriter(Stream&& stream, std::size_t bufferSize = 8192)
      : BufferedWriter(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream)), bufferSize) {}

  /// Creates a writer on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit BufferedWriter(std::unique_ptr<OutputStream> stream, std::size_t bufferSize = 8192);

  /// Moves a writer with its unsent text. `other` may only be destroyed or assigned to afterwards.
  BufferedWriter(BufferedWriter&& other) noexcept;

  /// Flushes this writer as the destructor does, and moves `other` here, as the constructor does.
  BufferedWriter& operator=(BufferedWriter&& other) noexcept;

  /// Flushes, swallowing errors, unless the writer is closed. Does not close the stream below. Blocks as flush() does;
  /// call flush() or close() before to learn of errors.
  ~BufferedWriter();

  /// Writes text: any bytes, sent as they are, usually UTF-8. Blocks only when the buffer is full.
  void write(std::string_view text);

  /// Writes a C string as write(std::string_view) does.
  ///
  /// @throws std::invalid_argument `text` is null
  template <typename Character, std::enable_if_t<std::is_same_v<Character, char>, int> = 0>
  void write(const Character* text) {
    writeText(text);
  }

  /// Writes one byte as write(std::string_view) does.
  void write(char character);

  /// Ends a line as write(std::string_view) does, with `"\n"` on every platform, as the peer may be another system
  /// (Java: the platform's own).
  void newLine();

  /// Sends everything and flushes the stream below. Blocks until the stream has accepted it, and throws what the class
  /// comment lists.
  void flush();

  /// Flushes, and closes the stream below in any case (closing the stream of a socket closes the socket, as in Java).
  /// Blocks and throws as flush() does, and waits for a call of another thread that is in progress; Socket::close()
  /// does not. Unsent text is dropped. Closing twice is harmless.
  void close();

 private:
  class State;

  void writeText(const char* text);

  std::unique_ptr<State> state_;  // null only once moved from
};

}  // namespace netlite
