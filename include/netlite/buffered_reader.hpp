// SPDX-License-Identifier: MIT
//
// BufferedReader: lines from a stream, java.io.BufferedReader in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace netlite {

class PrintWriter;

/// Lines from a stream, java.io.BufferedReader in C++.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000);
/// netlite::BufferedReader in(socket.getInputStream());
/// netlite::PrintWriter out(socket.getOutputStream());
/// in.tie(out);
/// for (const std::string& line : in.lines()) out.println(line);
/// ```
///
/// A line ends with `\n`, `\r` or `\r\n`. A `\r` ends it immediately: the reader does not wait to see whether a `\n`
/// follows, and drops that `\n` when it arrives. Bytes pass through unchanged, so UTF-8 survives any packet boundary,
/// and zero bytes are bytes like any other.
///
/// The reader reads ahead: what is in its buffer is no longer in the stream below. close() drops it. Closing only the
/// socket does not: lines in the buffer are still returned.
///
/// Reading members block until the stream below delivers what they need. On a socket, Socket::setSoTimeout sets one
/// deadline for the whole call, however many reads it takes; close() and Socket::shutdownInput() end the waiting. They
/// throw SocketTimeoutException when the deadline passes, SocketException when the connection was reset or the socket
/// is closed, and IOException when this reader is closed, or whatever else the stream below throws. Nothing is lost
/// then: half a line is kept for the next readLine() or read().
///
/// Memory: none before the first read, then 128 bytes. While more arrives together it grows to `bufferSize`, or to 8
/// times that if the stream below prefers large reads, as a socket's does. A longer line takes what it needs, and its
/// memory is freed once the line has been returned. The total never exceeds getMaxLineLength() + 8 * `bufferSize` (old
/// and new memory side by side while it grows). A reader that has waited for 20 milliseconds with nothing to return
/// keeps at most 2 KiB, if the stream below supports awaitInput() as a socket's does, and the last read did not fill
/// the buffer.
///
/// Thread-safety: one thread reads at a time, and all other members belong to that thread, except close(), which any
/// thread may call at any time. (Java locks every call, which would cost more than reading the line.)
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API BufferedReader {
 public:
  class Lines;

  /// Creates a reader on a stream, which it owns. Reads nothing yet.
  ///
  /// @param stream     any InputStream, by value: client.getInputStream(), an InputStreamReader, a copy of your own
  ///                   stream
  /// @param bufferSize in bytes, not 0; the maximum for one read of the stream below, or 8 times that if it prefers
  ///                   large reads
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<InputStream, std::decay_t<Stream>>, int> = 0>
  explicit BufferedReader(Stream&& stream, std::size_t bufferSize = 8192)
      : BufferedReader(std::make_unique<std::decay_t<Stream>>(std::forward<Stream>(stream)), bufferSize) {}

  /// Creates a reader on a stream on the heap.
  ///
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit BufferedReader(std::unique_ptr<InputStream> stream, std::size_t bufferSize = 8192);

  /// Moves a reader with what it has buffered. `other` may only be destroyed or assigned to afterwards.
  BufferedReader(BufferedReader&& other) noexcept;

  /// Drops what this reader has buffered, and moves `other` here, as the constructor does.
  BufferedReader& operator=(BufferedReader&& other) noexcept;

  /// Drops what is buffered. Does not close the stream below.
  ~BufferedReader();

  /// Reads a line. Blocks until a whole line, the end of the stream or an error arrives, unless the buffer has a line.
  ///
  /// @return the line without its end; std::nullopt at the end of the stream, now and on every later call. A last line
  ///         without an end is a line: see lastLineTerminated()
  /// @throws LineTooLongException the line is longer than getMaxLineLength(). Thrown as soon as that is known; the next
  ///                              call skips the rest of the line and returns the next one
  std::optional<std::string> readLine();

  /// Reads a line as readLine() does, into a string whose memory is reused.
  ///
  /// @return false at the end of the stream; `line` is unchanged then
  /// @throws LineTooLongException as readLine()
  bool readLine(std::string& line);

  /// Reads one byte. Blocks until one arrives. The `\n` of a `\r\n` whose line was read is skipped, and so is the rest
  /// of a line that was too long.
  ///
  /// @return 0 to 255, or -1 at the end of the stream
  int read();

  /// Reads some bytes: those in the buffer, or if it is empty, what the stream below delivers. Blocks as read() does,
  /// and skips the same bytes.
  ///
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(char* buffer, std::size_t size);

  /// Reads until `size` bytes have arrived or the stream ends: the body after the lines of a header. Takes first what
  /// is in the buffer, then reads straight into the caller's memory. Blocks as read() does, and skips the same bytes:
  /// in a protocol whose lines end in a bare `\r`, the first byte after a line is lost if it is a `\n`. The maximum
  /// length of a line does not apply.
  ///
  /// If it throws SocketTimeoutException, bytesTransferred() bytes are in `buffer`, and the next call reads what
  /// follows them.
  ///
  /// @return the number of bytes read: less than `size` only if the stream ended
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t readNBytes(char* buffer, std::size_t size);

  /// Reads exactly `size` bytes, as readNBytes() does.
  ///
  /// @throws EOFException          the stream ended first, after bytesTransferred() bytes, which are in the buffer
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  void readFully(char* buffer, std::size_t size);

  /// Whether read() would return a byte without blocking, as far as the stream below knows. That does not mean that a
  /// whole line has arrived. False at the end of the stream.
  ///
  /// @throws SocketException the socket is closed and the buffer is empty
  /// @throws IOException     this reader is closed, or what the stream below throws
  bool ready();

  /// The lines up to the end of the stream, for one pass: `for (const std::string& line : in.lines())`. Each step is a
  /// readLine(std::string&) into the same string: it blocks and throws as that does. The range refers to this reader,
  /// which must not be moved meanwhile.
  Lines lines();

  /// Sets the maximum length of a line in bytes, without its end, so that a peer cannot exhaust the memory. Applies
  /// from the next call on, also to a line that has begun to arrive. The default is 1 MiB (1048576); Java has no limit.
  /// With 0 only empty lines pass; the maximum of std::size_t is no limit.
  void setMaxLineLength(std::size_t length);

  /// The maximum length of a line in bytes, without its end.
  std::size_t getMaxLineLength() const;

  /// Ties a writer to this reader, as std::istream::tie does: when this reader is about to wait for input, and only
  /// then, it first flushes what the writer holds. So the answers to many lines that arrived together leave together,
  /// and none is held back while both sides wait.
  ///
  /// The reader is about to wait when the stream below has nothing available(). Where reads take all that has arrived
  /// (InputStream::prefersLargeReads, as on a socket), that is also assumed, without asking, after a read that did not
  /// fill its room. If the stream does not know what is available, the writer is flushed before each read.
  ///
  /// Reading members then also block as PrintWriter::flush() does. A failure of the flush is not thrown here: it stays
  /// in the writer (PrintWriter::error). The writer may be moved, and may be destroyed first, which ends the tie. A
  /// reader has one tie; another one replaces it.
  void tie(PrintWriter& out);

  /// Ends the tie, if there is one.
  void untie();

  /// Whether the last line read had an end. False if the stream ended in the middle of it, for example because the peer
  /// crashed; also while the rest of a line that was too long has not arrived. True before the first line.
  bool lastLineTerminated() const;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java) and drops what is buffered.
  /// May be called from any thread. Does not wait for the thread that reads, but wakes it, if the stream below does so,
  /// with an exception. Closing twice is harmless. Blocks only as closing the stream below does.
  ///
  /// @throws IOException what closing the stream below throws; this reader is closed all the same
  void close();

 private:
  class State;

  std::unique_ptr<State> state_;  // null only once moved from
};

/// The result of BufferedReader::lines(): a range for one pass over the lines that are still to come.
///
/// Thread-safety: it and its iterators belong to the thread that reads.
class BufferedReader::Lines {
 public:
  /// An input iterator. Creating and incrementing it reads a line: that blocks and throws as
  /// BufferedReader::readLine(std::string&). A copy has its own line.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;  ///< one pass
    using value_type = std::string;                     ///< a line
    using difference_type = std::ptrdiff_t;             ///< required by the standard, not used
    using pointer = const std::string*;                 ///< to the line
    using reference = const std::string&;               ///< to the line

    /// The end of every range.
    Iterator() = default;

    /// The first line that `reader` returns, or the end.
    explicit Iterator(BufferedReader& reader) : reader_(&reader) { ++*this; }

    /// The line, valid until the next increment. Undefined at the end.
    reference operator*() const noexcept { return line_; }

    /// The line, valid until the next increment. Undefined at the end.
    pointer operator->() const noexcept { return &line_; }

    /// Reads the next line, or becomes the end. Undefined at the end.
    Iterator& operator++() {
      if (!reader_->readLine(line_)) reader_ = nullptr;
      return *this;
    }

    /// Reads the next line, and returns a copy of the iterator before that.
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }

    /// Whether both are at the end, or both read from the same reader and are not.
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept {
      return left.reader_ == right.reader_;
    }

    /// The opposite of ==.
    friend bool operator!=(const Iterator& left, const Iterator& right) noexcept { return !(left == right); }

   private:
    BufferedReader* reader_ = nullptr;  // null at the end
    std::string line_;
  };

  /// Reads the first line. Blocks and throws as BufferedReader::readLine(std::string&).
  Iterator begin() const { return Iterator(*reader_); }

  /// The end, which an iterator equals once there are no more lines.
  Iterator end() const { return Iterator(); }

 private:
  friend class BufferedReader;

  explicit Lines(BufferedReader& reader) noexcept : reader_(&reader) {}

  BufferedReader* reader_;
};

inline BufferedReader::Lines BufferedReader::lines() { return Lines(*this); }

}  // namespace netlite
