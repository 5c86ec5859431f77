// SPDX-License-Identifier: MIT
//
// Drip: a stream that delivers one byte a read.
// Thread-safety: none.
#pragma once

#include <netlite/input_stream.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace netlite::test {

class Drip : public InputStream {
 public:
  explicit Drip(std::string bytes) : bytes_(std::move(bytes)) {}

  using InputStream::read;

  std::size_t read(void* buffer, std::size_t size) override {
    if (size == 0 || position_ == bytes_.size()) return 0;
    *static_cast<char*>(buffer) = bytes_[position_++];
    return 1;
  }

 private:
  const std::string bytes_;
  std::size_t position_ = 0;
};

}  // namespace netlite::test
