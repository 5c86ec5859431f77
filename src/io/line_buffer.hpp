// SPDX-License-Identifier: MIT
//
// The memory of a BufferedReader: bytes that came in and were not yet handed out, the search for the first line's end
// in them, and the rule by which the memory grows with what arrives and is given back.
// Thread-safety: none; it belongs to the reading thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace netlite {

class LineBuffer {
 public:
  static constexpr std::size_t kNoEnd = static_cast<std::size_t>(-1);

  /// @param size        what the user has asked for, in bytes
  /// @param growsBeyond whether to take more than that while much arrives at once: where each read costs much
  explicit LineBuffer(std::size_t size, bool growsBeyond = true) noexcept;

  bool isEmpty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  const char* data() const noexcept { return bytes_.get() + begin_; }

  /// The length of the first line without its end, or kNoEnd. Bytes are looked at once, however often this is asked.
  std::size_t lineLength() noexcept {
    const std::size_t length = lengthBefore(next_return_);
    if (length != kNoEnd) return length;
    scanned_ = next_return_;
    return next_return_ == end_ ? kNoEnd : next_return_ - begin_;
  }

  /// The same, and quicker, but kNoEnd also where there is a \r or where releaseLongLine() will have something to do;
  /// and where no line ends the bytes are looked at again.
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
  /// @param length as quickLineLength() has told it
  void consumeLine(std::size_t length) noexcept { scanned_ = begin_ += length + 1; }

  /// Removes all bytes; the memory stays.
  void clear() noexcept { begin_ = end_ = scanned_ = next_return_ = 0; }

  /// Frees the memory.
  void release() noexcept;

  /// Sees to it that there is room for the next read, and gives back what a very long line has taken.
  ///
  /// @param longestLine what a line without its end may take, in bytes
  /// @throws std::bad_alloc nothing has changed
  void makeRoom(std::size_t longestLine) {
    const bool fits = isEmpty() && !filled_ && capacity_ != 0 && !isForLongLine();
    if (fits) return clear();
    adjust(longestLine);
  }

  /// Frees the memory if it is empty, and so large that only a very long line can have needed it.
  void releaseLongLine() noexcept {
    if (isForLongLine() && isEmpty()) release();
  }

  /// Whether there is memory that an idle connection should not keep.
  bool isWorthReleasing() const noexcept { return capacity_ > kIdleCapacity && isEmpty() && !filled_; }

  char* room() noexcept { return bytes_.get() + end_; }
  std::size_t roomSize() const noexcept { return capacity_ - end_; }

  /// Takes over `count` bytes that were put into the room.
  void added(std::size_t count) noexcept {
    filled_ = count == roomSize();
    const bool no_return_before = next_return_ == end_;
    end_ += count;
    if (no_return_before) next_return_ = findReturn(end_ - count);
  }

 private:
  static constexpr std::size_t kIdleCapacity = 2048;  // bytes that a connection may keep while nothing arrives

  bool isForLongLine() const noexcept { return capacity_ > most_; }

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

  void adjust(std::size_t longestLine);
  std::size_t nextCapacity(std::size_t longestLine) const noexcept;
  void reallocate(std::size_t capacity);

  const std::size_t size_;  // what the user has asked for
  const std::size_t most_;  // what may be used while much arrives at once; a very long line may take more
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // the bytes are from begin_ to end_
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;      // no line ends between begin_ and here
  std::size_t next_return_ = 0;  // the first \r behind begin_, or end_
  bool filled_ = false;          // the last read has filled its room: there may be more where that came from
};

}  // namespace netlite
