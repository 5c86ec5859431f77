// SPDX-License-Identifier: MIT
//
// ByteArrayInputStream and ByteArrayOutputStream: streams over bytes in memory, for tests and tools. What is written
// for a socket's stream can be tried with these, without a network.
//
// Thread-safety: a ByteArrayInputStream is for one thread at a time. A ByteArrayOutputStream and its copies may be used
// from any thread; the bytes of one write are never mixed with another's.
#pragma once

#include <netlite/export.hpp>
#include <netlite/input_stream.hpp>
#include <netlite/output_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

/// An input stream whose bytes are given beforehand. It never blocks and never throws a timeout, and close() does
/// nothing. A copy is a stream of its own, with its own place in the bytes.
///
/// Thread-safety: for one thread at a time.
class NETLITE_API ByteArrayInputStream : public InputStream {
 public:
  /// A stream of these bytes.
  ///
  /// @param bytes what the stream gives, any bytes at all; empty for a stream that is at its end
  explicit ByteArrayInputStream(std::string bytes);
  ByteArrayInputStream(const ByteArrayInputStream&) = default;
  ByteArrayInputStream& operator=(const ByteArrayInputStream&) = default;
  ~ByteArrayInputStream() override;

  using InputStream::read;

  /// Reads the next bytes. Never blocks.
  ///
  /// @param buffer where the bytes go; may be null only if `size` is 0
  /// @param size   room in `buffer`, in bytes
  /// @return the number of bytes read, as many as there are up to `size`; 0 at the end
  /// @throws std::invalid_argument `buffer` is null and `size` is not 0
  std::size_t read(void* buffer, std::size_t size) override;

  /// How many bytes are left. Never blocks.
  ///
  /// @return the number of bytes
  std::size_t available() override;

  /// Passes over the next bytes. Never blocks.
  ///
  /// @param count how many
  /// @return how many there were: less than `count` only at the end
  std::size_t skip(std::size_t count) override;

 protected:
  /// Puts bytes before those that are left. Never blocks.
  ///
  /// @param bytes the bytes, the earliest first
  void unread(std::string bytes) override;

 private:
  std::string bytes_;
  std::size_t position_ = 0;  // of the next byte to read
};

/// An output stream that keeps what is written to it. A copy is another handle on the same bytes, as a socket's streams
/// share their socket: keep one, give a copy to a PrintWriter, and look at what was sent. Nothing here blocks longer
/// than another thread's write takes, and close() does nothing.
///
/// Thread-safety: it and its copies may be used from any thread; the bytes of one write are never mixed with another's.
class NETLITE_API ByteArrayOutputStream : public OutputStream {
 public:
  /// A stream with no bytes in it yet.
  ByteArrayOutputStream();
  // There is no move, only a copy: a stream that was moved from would have no bytes to stand on.
  ByteArrayOutputStream(const ByteArrayOutputStream&) = default;
  ByteArrayOutputStream& operator=(const ByteArrayOutputStream&) = default;
  ~ByteArrayOutputStream() override;

  using OutputStream::write;

  /// Appends bytes.
  ///
  /// @param data the bytes; may be null only if `size` is 0
  /// @param size how many
  /// @throws std::invalid_argument `data` is null and `size` is not 0
  void write(const void* data, std::size_t size) override;

  /// Everything written so far, by any copy, since the last reset().
  ///
  /// @return the bytes
  std::string toString() const;

  /// How many bytes toString() would give.
  ///
  /// @return the number of bytes
  std::size_t size() const;

  /// Drops everything written so far, for every copy.
  void reset();

 private:
  struct Bytes;
  std::shared_ptr<Bytes> bytes_;  // never null and never changed but by assignment
};

}  // namespace netlite
