// SPDX-License-Identifier: MIT
//
// RecordInput: bytes from the wire that OpenSSL has not taken yet.
// Thread-safety: none; it belongs to the holder of the read turn.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>

namespace netlite::ssl {

// How much memory without bytes an idle connection keeps: small records then cost no allocation.
constexpr std::size_t kKeptCapacity = 2048;

/// A receive puts the bytes where they stay until OpenSSL takes them.
class RecordInput {
 public:
  bool isEmpty() const noexcept { return begin_ == end_; }

  /// Memory for `size` bytes after the others.
  char* room(std::size_t size) {
    if (capacity_ - end_ < size) makeRoom(size);
    return memory_.get() + end_;
  }

  /// Says how many bytes were put into the room.
  void added(std::size_t count) noexcept { end_ += count; }

  /// Removes up to `size` bytes from the front. Returns how many.
  std::size_t take(char* buffer, std::size_t size) noexcept {
    const std::size_t count = std::min(size, end_ - begin_);
    if (count > 0) std::memcpy(buffer, memory_.get() + begin_, count);
    begin_ += count;
    if (isEmpty()) begin_ = end_ = 0;
    return count;
  }

  /// Drops the bytes and gives the memory back.
  void clear() noexcept { *this = RecordInput(); }

  /// Gives the memory back if it is empty and large.
  void rest() noexcept {
    if (!isEmpty() || capacity_ <= kKeptCapacity) return;
    memory_.reset();
    capacity_ = 0;
  }

 private:
  void makeRoom(std::size_t size) {
    const std::size_t held = end_ - begin_;
    std::unique_ptr<char[]> larger;
    if (capacity_ - held < size) {
      larger.reset(new char[held + size]);
      capacity_ = held + size;
    }
    char* const target = larger != nullptr ? larger.get() : memory_.get();
    if (held > 0) std::memmove(target, memory_.get() + begin_, held);
    if (larger != nullptr) memory_ = std::move(larger);
    begin_ = 0;
    end_ = held;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace netlite::ssl
