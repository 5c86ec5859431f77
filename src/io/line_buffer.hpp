// SPDX-License-Identifier: MIT
//
// LineBuffer: the bytes that a BufferedReader has received and not yet returned.
// Thread-safety: none; it belongs to the reading thread.
#pragma once

#include "io/idle_capacity.hpp"
#include "thread/strand_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace netlite {

/// Finds the end of the first line. Its memory grows with what arrives together and with the length of a line.
class LineBuffer {
 public:
  static constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);

  /// @param size        as the user requested, in bytes
  /// @param growsBeyond whether to exceed `size` while much arrives together, because each read is expensive
  explicit LineBuffer(std::size_t size, bool growsBeyond = true) noexcept;

  /// The capacity of a buffer of `size` bytes while much arrives together.
  static std::size_t maxCapacity(std::size_t size, bool growsBeyond) noexcept;

  bool isEmpty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  const char* data() const noexcept { return bytes_.get() + begin_; }

  /// The length of the first line without its end, or kNoEnd. Scans each byte once, however often it is called.
  std::size_t lineLength() noexcept {
    const std::size_t length = lengthBefore(next_return_);
    if (length != kNoEnd) return length;
    scanned_ = next_return_;
    return next_return_ == end_ ? kNoEnd : next_return_ - begin_;
  }

  /// Fast path of lineLength(): also kNoEnd if there is a \r or the buffer is oversized; rescans if no line ends.
  std::size_t quickLineLength() const noexcept {
    return next_return_ < end_ || isForLongLine() ? kNoEnd : lengthBefore(end_);
  }

  /// Removes the first `count` bytes.
  void consume(std::size_t count) noexcept {
    begin_ += count;
    scanned_ = std::max(scanned_, begin_);
    if (next_return_ < begin_) next_return_ = findReturn(begin_);
  }

  /// Removes the first line and its \n.
  /// @param length from quickLineLength()
  void consumeLine(std::size_t length) noexcept { scanned_ = begin_ += length + 1; }

  /// Removes all bytes; the memory stays.
  void clear() noexcept { begin_ = end_ = scanned_ = next_return_ = 0; }

  /// Frees the memory.
  void release() noexcept;

  /// Makes room for the next read; shrinks a buffer that a very long line has grown.
  ///
  /// @param maxLineLength of a line without its end, in bytes
  /// @throws std::bad_alloc nothing has changed
  void makeRoom(std::size_t maxLineLength) {
    const bool fits = isEmpty() && !filled_ && capacity_ != 0 && !isForLongLine();
    if (fits) return clear();
    adjust(maxLineLength);
  }

  /// Frees the memory if the buffer is empty and so large that only a very long line can have needed it.
  void releaseLongLine() noexcept {
    if (isForLongLine() && isEmpty()) release();
  }

  /// Whether there is memory that an idle connection should not keep.
  bool isWorthReleasing() const noexcept { return capacity_ > kIdleCapacity && isEmpty() && !filled_; }

  /// Notes that a read without this buffer took all that had arrived.
  void drained() noexcept { filled_ = false; }

  char* room() noexcept { return bytes_.get() + end_; }
  std::size_t roomSize() const noexcept { return capacity_ - end_; }

  /// Adds `count` bytes that were written to the room.
  void added(std::size_t count) noexcept {
    filled_ = count == roomSize();
    const bool noReturnBefore = next_return_ == end_;
    end_ += count;
    if (noReturnBefore) next_return_ = findReturn(end_ - count);
  }

 private:
  bool isForLongLine() const noexcept { return capacity_ > max_; }

  /// The length of the first line if it ends in a \n before `limit`, else kNoEnd.
  std::size_t lengthBefore(std::size_t limit) const noexcept {
    if (scanned_ == limit) return kNoEnd;
    const void* found = std::memchr(bytes_.get() + scanned_, '\n', limit - scanned_);
    return found == nullptr ? kNoEnd : static_cast<std::size_t>(static_cast<const char*>(found) - data());
  }

  std::size_t findReturn(std::size_t from) const noexcept {
    if (from == end_) return end_;
    const void* found = std::memchr(bytes_.get() + from, '\r', end_ - from);
    return found == nullptr ? end_ : static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.get());
  }

  void adjust(std::size_t maxLineLength);
  std::size_t nextCapacity(std::size_t maxLineLength) const noexcept;
  void reallocate(std::size_t capacity);

  const std::size_t size_;  // as the user requested
  const std::size_t max_;   // capacity while much arrives together; a very long line may need more
  StrandBytes bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // the bytes are from begin_ to end_
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;      // no line ends between begin_ and here
  std::size_t next_return_ = 0;  // the first \r after begin_, or end_
  bool filled_ = false;          // the last read filled its room, so more is probably waiting
};

}  // namespace netlite
