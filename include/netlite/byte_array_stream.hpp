// SPDX-License-Identifier: MIT
//
// ByteArrayInputStream and ByteArrayOutputStream: streams over bytes in memory, for tests and tools.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

/// An input stream of given bytes. It never blocks, and close() does nothing. A copy has its own position.
///
/// It lets code for a socket's stream be tested without a network:
///
/// ```cpp
/// netlite::BufferedReader in(netlite::ByteArrayInputStream("first\nsecond\n"));
/// for (const std::string& line : in.lines()) std::cout << line << '\n';
/// ```
///
/// Thread-safety: for one thread at a time.
class NETLITE_API ByteArrayInputStream : public InputStream {
 public:
  /// Creates a stream of these bytes; with none it is at its end.
  explicit ByteArrayInputStream(std::string bytes);
  ByteArrayInputStream(const ByteArrayInputStream&) = default;
  ByteArrayInputStream& operator=(const ByteArrayInputStream&) = default;
  ~ByteArrayInputStream() override;

  using InputStream::read;

  /// Reads the next bytes.
  ///
  /// @return the number of bytes read: `size` or as many as are left; 0 at the end
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes are left.
  std::size_t available() override;

  /// Skips `count` bytes.
  ///
  /// @return how many were skipped: less than `count` only at the end
  std::size_t skip(std::size_t count) override;

 protected:
  /// Puts bytes before those that are left.
  void unread(std::string bytes) override;

 private:
  std::string bytes_;
  std::size_t position_ = 0;  // of the next byte to read
};

/// An output stream that keeps what is written to it. A copy is another handle on the same bytes, as a socket's streams
/// share their socket: keep one, give a copy to a PrintWriter, and check what it sent. close() does nothing.
///
/// ```cpp
/// netlite::ByteArrayOutputStream sent;
/// netlite::PrintWriter(sent).println(42);
/// std::cout << sent.toString();
/// ```
///
/// Thread-safety: it and its copies may be used from any thread; the bytes of one write are never mixed with another's.
class NETLITE_API ByteArrayOutputStream : public OutputStream {
 public:
  /// Creates an empty stream.
  ByteArrayOutputStream();
  // Copied, never moved: a moved-from stream would have no buffer.
  ByteArrayOutputStream(const ByteArrayOutputStream&) = default;
  ByteArrayOutputStream& operator=(const ByteArrayOutputStream&) = default;
  ~ByteArrayOutputStream() override;

  using OutputStream::write;

  /// Appends bytes.
  ///
  /// @throws std::invalid_argument `data` is null and `size` is not 0
  void write(const void* data, std::size_t size) override;

  /// Everything written through any copy since the last reset().
  std::string toString() const;

  /// The size of toString(), in bytes.
  std::size_t size() const;

  /// Drops everything written so far, for all copies.
  void reset();

 private:
  struct Bytes;
  std::shared_ptr<Bytes> bytes_;  // never null, changed only by assignment
};

}  // namespace netlite
