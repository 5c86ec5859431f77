// SPDX-License-Identifier: MIT
//
// UnreadBytes: bytes that a stream has read and put back. Reading them in small pieces does not move the rest.
// Thread-safety: none; the owner's lock guards it.
#pragma once

#include "base/put_back.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace netlite {

class UnreadBytes {
 public:
  bool isEmpty() const noexcept { return begin_ == bytes_.size(); }
  std::size_t size() const noexcept { return bytes_.size() - begin_; }

  /// Puts bytes in front of the others.
  void putBack(std::string bytes) {
    if (!isEmpty()) return netlite::putBack(bytes, bytes_, begin_);
    bytes_ = std::move(bytes);
    begin_ = 0;
  }

  /// Removes up to `size` bytes from the front. Returns how many.
  std::size_t take(void* buffer, std::size_t size) {
    const std::size_t count = std::min(size, this->size());
    std::memcpy(buffer, bytes_.data() + begin_, count);
    begin_ += count;
    if (isEmpty()) {
      std::string().swap(bytes_);  // frees the memory, as neither clear() nor an assignment would
      begin_ = 0;
    }
    return count;
  }

 private:
  std::string bytes_;
  std::size_t begin_ = 0;  // the bytes before it have been taken
};

}  // namespace netlite
