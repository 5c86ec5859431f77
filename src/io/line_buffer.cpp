// SPDX-License-Identifier: MIT
//
// How a reader's memory grows and shrinks.
// Thread-safety: none; it belongs to the reading thread.
#include "io/line_buffer.hpp"

#include <algorithm>
#include <limits>

namespace netlite {

namespace {

constexpr std::size_t kFirstLineCapacity = 128;  // bytes: enough for most lines, little for a thousand connections
constexpr std::size_t kGrowthFactor = 4;         // more than 2, as each step costs a read
constexpr std::size_t kMaxCapacityFactor = 8;    // times the size; only a very long line takes more

std::size_t multiplied(std::size_t value, std::size_t factor) noexcept {
  constexpr std::size_t max = std::numeric_limits<std::size_t>::max();
  return value > max / factor ? max : value * factor;
}

std::size_t added(std::size_t left, std::size_t right) noexcept {
  constexpr std::size_t max = std::numeric_limits<std::size_t>::max();
  return left > max - right ? max : left + right;
}

}  // namespace

LineBuffer::LineBuffer(std::size_t size, bool growsBeyond) noexcept
    : size_(size), max_(maxCapacity(size, growsBeyond)) {}

std::size_t LineBuffer::maxCapacity(std::size_t size, bool growsBeyond) noexcept {
  return growsBeyond ? multiplied(size, kMaxCapacityFactor) : size;
}

void LineBuffer::release() noexcept {
  clear();
  bytes_.reset();
  capacity_ = 0;
  filled_ = false;
}

void LineBuffer::adjust(std::size_t maxLineLength) {
  const std::size_t capacity = nextCapacity(maxLineLength);
  if (begin_ != 0 || capacity != capacity_) reallocate(capacity);
}

std::size_t LineBuffer::nextCapacity(std::size_t maxLineLength) const noexcept {
  if (capacity_ == 0) return std::min(kFirstLineCapacity, size_);
  if (isForLongLine() && size() < size_) return size_;
  if (filled_ && capacity_ < max_)
    return std::min(multiplied(capacity_, kGrowthFactor), capacity_ < size_ ? size_ : max_);
  if (size() == capacity_) return std::min(multiplied(capacity_, 2), netlite::added(maxLineLength, max_));
  return capacity_;
}

/// Moves the bytes to the front, into new memory if `capacity` differs.
void LineBuffer::reallocate(std::size_t capacity) {
  const std::size_t count = size();
  StrandBytes other = capacity == capacity_ ? nullptr : allocateBytes(capacity);
  if (count != 0) std::memmove(other != nullptr ? other.get() : bytes_.get(), data(), count);
  if (other != nullptr) bytes_ = std::move(other);
  capacity_ = capacity;
  scanned_ -= begin_;
  next_return_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
}

}  // namespace netlite
