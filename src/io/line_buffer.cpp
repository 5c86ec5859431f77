// SPDX-License-Identifier: MIT
//
// Growing and shrinking of a reader's memory.
// Thread-safety: none; it belongs to the reading thread.
#include "io/line_buffer.hpp"

#include <algorithm>
#include <limits>

namespace netlite {

namespace {

constexpr std::size_t kFirstCapacity = 128;  // bytes: most lines fit, and a thousand idle connections keep little
constexpr std::size_t kStep = 4;             // growing by more than twice, as each step costs a read
constexpr std::size_t kMostSizes = 8;

std::size_t multiplied(std::size_t value, std::size_t factor) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  return value > most / factor ? most : value * factor;
}

std::size_t added(std::size_t left, std::size_t right) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  return left > most - right ? most : left + right;
}

}  // namespace

LineBuffer::LineBuffer(std::size_t size, bool growsBeyond) noexcept
    : size_(size), most_(growsBeyond ? multiplied(size, kMostSizes) : size) {}

void LineBuffer::release() noexcept {
  clear();
  bytes_.reset();
  capacity_ = 0;
  filled_ = false;
}

void LineBuffer::adjust(std::size_t longestLine) {
  const std::size_t capacity = nextCapacity(longestLine);
  if (begin_ != 0 || capacity != capacity_) reallocate(capacity);
}

std::size_t LineBuffer::nextCapacity(std::size_t longestLine) const noexcept {
  if (capacity_ == 0) return std::min(kFirstCapacity, size_);
  if (isForLongLine() && size() < size_) return size_;
  if (filled_ && capacity_ < most_) return std::min(multiplied(capacity_, kStep), capacity_ < size_ ? size_ : most_);
  if (size() == capacity_) return std::min(multiplied(capacity_, 2), netlite::added(longestLine, most_));
  return capacity_;
}

/// Moves the bytes to the front, into other memory if `capacity` is another one.
void LineBuffer::reallocate(std::size_t capacity) {
  const std::size_t count = size();
  std::unique_ptr<char[]> other(capacity == capacity_ ? nullptr : new char[capacity]);
  if (count != 0) std::memmove(other != nullptr ? other.get() : bytes_.get(), data(), count);
  if (other != nullptr) bytes_ = std::move(other);
  capacity_ = capacity;
  scanned_ -= begin_;
  next_return_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
}

}  // namespace netlite
