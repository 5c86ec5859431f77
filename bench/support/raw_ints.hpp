// SPDX-License-Identifier: MIT
//
// The baseline of the workloads with binary numbers: a loop that takes them from an 8 KiB buffer, one by one, as a
// protocol needs them. There are no locks, no deadlines and no close from another thread.
// Thread-safety: none; a reader belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace bench {

/// Big-endian numbers of four bytes from `Source`, a function std::size_t(char* buffer, std::size_t size) that returns
/// 0 at the end.
template <typename Source>
class RawIntReader {
 public:
  explicit RawIntReader(Source source) : source_(std::move(source)) {}

  /// False at the end; bytes after the last whole number are dropped.
  bool next(std::int32_t& number) {
    if (end_ - begin_ < sizeof number && !fill()) return false;
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, buffer_ + begin_, sizeof bytes);
    number = static_cast<std::int32_t>(__builtin_bswap32(bytes));
    begin_ += sizeof number;
    return true;
  }

 private:
  // Out of line, so that the loop around next() keeps its variables in registers.
  [[gnu::noinline]] bool fill() {
    std::memmove(buffer_, buffer_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    while (end_ < sizeof(std::int32_t)) {
      const std::size_t count = source_(buffer_ + end_, sizeof buffer_ - end_);
      if (count == 0) return false;
      end_ += count;
    }
    return true;
  }

  Source source_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  char buffer_[8192];
};

template <typename Source>
std::int64_t sumOfRawInts(Source source) {
  RawIntReader<Source> in(std::move(source));
  std::int64_t sum = 0;
  for (std::int32_t number = 0; in.next(number);) sum += number;
  return sum;
}

}  // namespace bench
