// SPDX-License-Identifier: MIT
//
// Support for the fuzz targets of the readers: a plan of numbers taken from the input, and a stream that returns its
// bytes in chunks of these sizes, with timeouts in between. Thread-safety: none.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/input_stream.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace netlite::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Numbers from the input, repeated endlessly.
class Plan {
 public:
  explicit Plan(std::string_view numbers) : numbers_(numbers) {}

  std::size_t next() {
    if (numbers_.empty()) return 7;
    return static_cast<unsigned char>(numbers_[position_++ % numbers_.size()]);
  }

 private:
  std::string_view numbers_;
  std::size_t position_ = 0;
};

class PlannedStream : public InputStream {
 public:
  PlannedStream(std::string_view bytes, std::string_view plan) : bytes_(bytes), plan_(plan) {}

  std::size_t read(void* buffer, std::size_t size) override {
    require(size != 0);
    const std::size_t chunk = plan_.next();
    if (chunk % 16 == 15 && !timed_out_) {
      timed_out_ = true;
      throw SocketTimeoutException(std::make_error_code(std::errc::timed_out), "read");
    }
    timed_out_ = false;
    const std::size_t count = bytes_.copy(static_cast<char*>(buffer), std::min(size, 1 + chunk));
    bytes_.remove_prefix(count);
    return count;
  }

  std::size_t available() override { return std::min<std::size_t>(bytes_.size(), plan_.next() % 6); }
  bool awaitInput(std::chrono::milliseconds) override { return plan_.next() % 2 == 0; }

 private:
  std::string_view bytes_;
  Plan plan_;
  bool timed_out_ = false;  // two timeouts in a row would test nothing new
};

/// A PlannedStream without timeouts, for readers that give up after one.
class UntimedStream : public InputStream {
 public:
  UntimedStream(std::string_view bytes, std::string_view plan) : stream_(bytes, plan) {}

  std::size_t read(void* buffer, std::size_t size) override {
    while (true) {
      try {
        return stream_.read(buffer, size);
      } catch (const SocketTimeoutException&) {
      }
    }
  }

 private:
  PlannedStream stream_;
};

}  // namespace netlite::fuzz
