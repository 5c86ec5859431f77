// SPDX-License-Identifier: MIT
//
// The baseline of every line workload: memchr over an 8 KiB buffer, a copy of each line, and the servers that a careful
// C programmer writes with them. There are no locks, no deadlines, no close from another thread and no line longer than
// the buffer, so that only the cost of the system remains.
// Thread-safety: none; a reader belongs to one thread.
#pragma once

#include "raw_socket.hpp"

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

/// Lines from `Source`, a function std::size_t(char* buffer, std::size_t size) that returns 0 at the end.
template <typename Source>
class RawLineReader {
 public:
  explicit RawLineReader(Source source) : source_(std::move(source)) {}

  /// The next line with its line feed, valid until the next call. Empty at the end; text after the last `\n` is
  /// dropped.
  std::string_view next() {
    return next([] {});
  }

  /// The same; calls `beforeWaiting` before each further read.
  template <typename BeforeWaiting>
  std::string_view next(BeforeWaiting beforeWaiting) {
    while (begin_ != end_ || (beforeWaiting(), fill())) {
      const char* const begin = buffer_ + begin_;
      const void* const end = std::memchr(begin, '\n', end_ - begin_);
      if (end != nullptr) {
        const std::size_t length = static_cast<std::size_t>(static_cast<const char*>(end) - begin) + 1;
        begin_ += length;
        return {begin, length};
      }
      beforeWaiting();
      if (!fill()) break;
    }
    return {};
  }

  /// Copies the next line without its line feed. False at the end.
  bool readLine(std::string& line) {
    const std::string_view found = next();
    if (found.empty()) return false;
    line.assign(found.data(), found.size() - 1);
    return true;
  }

 private:
  bool fill() {
    if (begin_ != end_) std::memmove(buffer_, buffer_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == sizeof buffer_) throw std::length_error("a line is longer than the buffer");
    const std::size_t count = source_(buffer_ + end_, sizeof buffer_ - end_);
    end_ += count;
    return count > 0;
  }

  Source source_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  char buffer_[8192];
};

/// A socket as a source.
class RawInput {
 public:
  explicit RawInput(int descriptor) : descriptor_(descriptor) {}
  std::size_t operator()(char* buffer, std::size_t size) const { return receiveSome(descriptor_, buffer, size); }

 private:
  int descriptor_;
};

using RawSocketLines = RawLineReader<RawInput>;

/// Answers every line immediately.
inline void echoLines(int descriptor) {
  RawSocketLines in{RawInput(descriptor)};
  std::string line;
  for (std::string_view found = in.next(); !found.empty(); found = in.next()) {
    line.assign(found);  // a copy, as after a readLine()
    sendAll(descriptor, line);
  }
}

/// Answers all lines together when no further one has arrived.
inline void echoLinesTogether(int descriptor) {
  RawSocketLines in{RawInput(descriptor)};
  std::string answers;
  const auto flush = [&] {
    sendAll(descriptor, answers);
    answers.clear();
  };
  for (std::string_view line = in.next(flush); !line.empty(); line = in.next(flush)) answers += line;
}

/// Reads to the end and answers with the number of lines.
inline void countLines(int descriptor) {
  RawSocketLines in{RawInput(descriptor)};
  std::string line;
  std::size_t count = 0;
  while (in.readLine(line)) ++count;
  sendAll(descriptor, std::to_string(count) + "\n");
}

}  // namespace bench
