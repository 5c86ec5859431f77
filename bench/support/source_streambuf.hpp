// SPDX-License-Identifier: MIT
//
// A typical handwritten streambuf: an 8 KiB buffer, refilled from a source.
// Thread-safety: none.
#pragma once

#include <cstddef>
#include <streambuf>
#include <utility>

namespace bench {

/// Reads from `Source`, a function std::size_t(char* buffer, std::size_t size) that returns 0 at the end.
template <typename Source>
class SourceStreambuf : public std::streambuf {
 public:
  explicit SourceStreambuf(Source source) : source_(std::move(source)) {}

 protected:
  int_type underflow() override {
    const std::size_t count = source_(buffer_, sizeof buffer_);
    setg(buffer_, buffer_, buffer_ + count);
    return count == 0 ? traits_type::eof() : traits_type::to_int_type(buffer_[0]);
  }

 private:
  Source source_;
  char buffer_[8192];
};

}  // namespace bench
