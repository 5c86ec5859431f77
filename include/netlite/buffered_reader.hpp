// SPDX-License-Identifier: MIT
//
// BufferedReader: lines from a stream, java.io.BufferedReader in C++.
//
// Thread-safety: one thread reads at a time; close() from any thread. See the class.
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
/// A line ends with `\n`, `\r` or `\r\n`. A `\r` ends it at once: the reader does not wait to see whether a `\n`
/// follows, and drops one that does whenever it comes. Bytes pass through untouched, so UTF-8 survives any packet
/// boundary, and zero bytes are bytes like any other.
///
/// The reader reads ahead: what it has in its buffer, the stream below no longer has.
///
/// Nothing is lost when a read is cut short. After a SocketTimeoutException, or an error of the stream, the half line
/// is still there for the next readLine() or for read().
///
/// Memory: none before the first read. Then 128 bytes, more as more arrives at once, up to `bufferSize`, or 8 times
/// that if the stream below prefers large reads (a socket's does); a line that is longer takes what it needs, together
/// never more than getMaxLineLength() + 8 * `bufferSize` (the old and the new memory side by side in the moment of
/// growing), and gives it back when it is out. A reader that has waited for 20
/// milliseconds with nothing to hand out keeps 2 KiB at most, if the stream below can tell (a socket's can) and the
/// last read had not filled the buffer to its end.
///
/// Thread-safety: one thread reads at a time, and every other member belongs to that thread, too; but any thread may
/// call close() meanwhile. (Java locks every call, which costs more than the line.)
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API BufferedReader {
 public:
  class Lines;

  /// A reader on a stream, which it owns from now on. Reads nothing yet and never blocks.
  ///
  /// @param stream     any InputStream, by value: client.getInputStream(), an InputStreamReader, or a copy of a stream
  ///                   of one's own
  /// @param bufferSize the bytes to buffer, not 0; a read of the stream below asks for that much at most, of one that
  ///                   prefers large reads for 8 times as much
  /// @throws std::invalid_argument `bufferSize` is 0
  template <typename Stream, std::enable_if_t<std::is_base_of_v<InputStream, std::decay_t<Stream>>, int> = 0>
  explicit BufferedReader(Stream&& stream, std::size_t bufferSize = 8192)
      : BufferedReader(std::unique_ptr<InputStream>(new std::decay_t<Stream>(std::forward<Stream>(stream))),
                       bufferSize) {}

  /// The same for a stream on the heap.
  ///
  /// @param stream     not null
  /// @param bufferSize the bytes to buffer, not 0
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  explicit BufferedReader(std::unique_ptr<InputStream> stream, std::size_t bufferSize = 8192);

  /// Takes a reader over, with what it has buffered.
  ///
  /// @param other may only be destroyed or assigned to from now on
  BufferedReader(BufferedReader&& other) noexcept;

  /// Drops what this reader has, and takes another one over.
  ///
  /// @param other may only be destroyed or assigned to from now on
  /// @return this reader
  BufferedReader& operator=(BufferedReader&& other) noexcept;

  /// Drops what is buffered. Closes nothing and never blocks.
  ~BufferedReader();

  /// Reads a line.
  ///
  /// Blocks until a whole line, the end of the stream or an error is there, unless a line is in the buffer; lines that
  /// are in the buffer come out even after the socket is closed. On a socket the waiting is ended by
  /// Socket::setSoTimeout's deadline, one for the whole call however many reads it needs, by close() and by
  /// Socket::shutdownInput().
  ///
  /// @return the line without its end, or std::nullopt at the end of the stream, now and ever after. A last line
  ///         without an end is a line: lastLineTerminated() tells
  /// @throws SocketTimeoutException the deadline passed; nothing is lost, and the next call goes on
  /// @throws LineTooLongException   the line is longer than getMaxLineLength(). It is thrown as soon as that is known;
  ///                                the next call skips the rest of the line and gives the next one
  /// @throws SocketException        the connection was reset, or the socket is closed
  /// @throws IOException            this reader is closed, or what a stream of another kind throws
  std::optional<std::string> readLine();

  /// Reads a line into a string, whose memory is used again. Blocks as readLine().
  ///
  /// @param line becomes the line without its end; unchanged if there is none
  /// @return false at the end of the stream
  /// @throws SocketTimeoutException as readLine()
  /// @throws LineTooLongException   as readLine()
  /// @throws SocketException        as readLine()
  /// @throws IOException            as readLine()
  bool readLine(std::string& line);

  /// Reads one byte. Blocks as readLine() does, but for a byte only.
  ///
  /// @return 0 to 255, or -1 at the end of the stream. The `\n` of a `\r\n` whose line was read is not seen, nor is the
  ///         rest of a line that was too long
  /// @throws SocketTimeoutException as readLine()
  /// @throws SocketException        as readLine()
  /// @throws IOException            as readLine()
  int read();

  /// Reads some bytes: what is in the buffer, and only if that is nothing, what the stream below gives. Blocks as
  /// read().
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read, at least 1; 0 at the end of the stream or if `size` is 0
  /// @throws std::invalid_argument  `buffer` is null and `size` is not 0
  /// @throws SocketTimeoutException as readLine()
  /// @throws SocketException        as readLine()
  /// @throws IOException            as readLine()
  std::size_t read(char* buffer, std::size_t size);

  /// Whether read() would give a byte without waiting. It does not say that a whole line is there. Never blocks.
  ///
  /// @return false at the end of the stream, while nothing is there, and where the stream below cannot tell
  /// @throws SocketException the socket is closed and the buffer empty
  /// @throws IOException     this reader is closed, or what a stream of another kind throws
  bool ready();

  /// The lines up to the end of the stream: `for (const std::string& line : in.lines())`. Each step is a
  /// readLine(std::string&), with its waiting and its exceptions, into the same string.
  ///
  /// @return a range for one pass, good as long as this reader stays where it is
  Lines lines();

  /// Bounds the memory that a peer can take. Holds from the next call on, for a line that has begun to arrive too.
  ///
  /// @param length the most bytes of a line, its end not counted; the default is 1 MiB (1048576), and Java has no
  ///               limit. With 0 only empty lines pass; the greatest std::size_t is no limit
  void setMaxLineLength(std::size_t length);

  /// How long a line may be.
  ///
  /// @return the most bytes of a line, its end not counted
  std::size_t getMaxLineLength() const;

  /// Ties a writer to this reader, as std::istream::tie does: whenever this reader is about to wait for input, and then
  /// only, what the writer holds is flushed first (before each read of a stream below that cannot tell, see
  /// InputStream::available). So the answers to many lines that came together leave together, and none is held back
  /// while both sides wait. An error of the flush stays in the writer (PrintWriter::error).
  ///
  /// The reader then blocks as PrintWriter::flush() does, too. The writer may be moved, and may go first: the tie is
  /// gone then. A reader has one tie; another takes its place.
  ///
  /// @param out the writer
  void tie(PrintWriter& out);

  /// Ends the tie, if there is one.
  void untie();

  /// Whether the last line that was read had an end.
  ///
  /// @return false if the stream ended in the middle of it, as when the peer died; also while the rest of a line that
  ///         was too long has not come. True before the first line
  bool lastLineTerminated() const;

  /// Closes the stream below (closing the stream of a socket closes the socket, as in Java) and drops what is buffered.
  /// May be called from any thread, never waits for the one that reads, and wakes it where the stream below does so: it
  /// gets an exception. Closing twice is harmless. Blocks only as closing the stream below does.
  ///
  /// @throws IOException what closing the stream below throws; this reader is closed all the same
  void close();

 private:
  class State;

  std::unique_ptr<State> state_;  // null only once moved from
};

/// What BufferedReader::lines() gives: a range for one pass over the lines that are still to come. Thread-safety: it
/// and its iterators belong to the thread that reads.
class BufferedReader::Lines {
 public:
  /// An input iterator. To make it or to step it on reads a line; a copy has a line of its own. Thread-safety: as
  /// Lines.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;  ///< one pass
    using value_type = std::string;                     ///< a line
    using difference_type = std::ptrdiff_t;             ///< asked for by the standard, and not used
    using pointer = const std::string*;                 ///< to the line
    using reference = const std::string&;               ///< to the line

    /// The end of every range.
    Iterator() = default;

    /// The first line that a reader gives, or the end. Blocks and throws as BufferedReader::readLine(std::string&).
    ///
    /// @param reader where the lines come from
    explicit Iterator(BufferedReader& reader) : reader_(&reader) { ++*this; }

    /// The line. Not at the end.
    ///
    /// @return a reference, good until the next step
    reference operator*() const noexcept { return line_; }

    /// The line. Not at the end.
    ///
    /// @return a pointer, good until the next step
    pointer operator->() const noexcept { return &line_; }

    /// Goes to the next line, or to the end. Blocks and throws as BufferedReader::readLine(std::string&). Not at the
    /// end.
    ///
    /// @return this iterator
    Iterator& operator++() {
      if (!reader_->readLine(line_)) reader_ = nullptr;
      return *this;
    }

    /// The same.
    ///
    /// @return a copy from before the step
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }

    /// Compares with the end.
    ///
    /// @param left  an iterator
    /// @param right another
    /// @return whether both are at the end, or both are not and read from the same reader
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept {
      return left.reader_ == right.reader_;
    }

    /// The opposite of ==.
    ///
    /// @param left  an iterator
    /// @param right another
    /// @return whether they differ
    friend bool operator!=(const Iterator& left, const Iterator& right) noexcept { return !(left == right); }

   private:
    BufferedReader* reader_ = nullptr;  // null at the end
    std::string line_;
  };

  /// Reads the first line. Blocks and throws as BufferedReader::readLine(std::string&).
  ///
  /// @return an iterator at that line, or at the end
  Iterator begin() const { return Iterator(*reader_); }

  /// The end.
  ///
  /// @return an iterator that compares equal to one that has no more lines
  Iterator end() const { return Iterator(); }

 private:
  friend class BufferedReader;

  explicit Lines(BufferedReader& reader) noexcept : reader_(&reader) {}

  BufferedReader* reader_;
};

inline BufferedReader::Lines BufferedReader::lines() { return Lines(*this); }

}  // namespace netlite
