// SPDX-License-Identifier: MIT
//
// DeadlineInput, DeadlineOutput: the streams of a socket with one deadline for many reads or writes, so that a peer
// that sends or takes a byte at a time gains nothing. Thread-safety: each belongs to one thread.
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace example {

/// A point in time for a socket's timeouts, which are durations.
class SocketDeadline {
 public:
  /// @param patience the time until the deadline; max(): there is none
  void set(std::chrono::milliseconds patience) {
    is_set_ = patience != std::chrono::milliseconds::max();
    if (is_set_) deadline_ = Clock::now() + patience;
  }

  /// The timeout for the next call: at least a millisecond, as 0 means no limit.
  std::chrono::milliseconds left() const {
    if (!is_set_) return std::chrono::milliseconds(0);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    return std::max(left, std::chrono::milliseconds(1));
  }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point deadline_;
  bool is_set_ = false;
};

/// Its reads throw SocketTimeoutException when the deadline has passed.
class DeadlineInput : public netlite::InputStream {
 public:
  explicit DeadlineInput(netlite::Socket& socket) : socket_(socket), in_(socket.getInputStream()) {}

  /// Sets the deadline of all reads from now on.
  void setPatience(std::chrono::milliseconds patience) { deadline_.set(patience); }

  using netlite::InputStream::read;

  std::size_t read(void* buffer, std::size_t size) override {
    socket_.setSoTimeout(deadline_.left());
    return in_.read(buffer, size);
  }

 private:
  netlite::Socket& socket_;
  netlite::SocketInputStream in_;
  SocketDeadline deadline_;
};

/// Its writes throw SocketTimeoutException when the deadline has passed.
class DeadlineOutput : public netlite::OutputStream {
 public:
  explicit DeadlineOutput(netlite::Socket& socket) : socket_(socket), out_(socket.getOutputStream()) {}

  /// Sets the deadline of all writes from now on.
  void setPatience(std::chrono::milliseconds patience) { deadline_.set(patience); }

  using netlite::OutputStream::write;

  void write(const void* data, std::size_t size) override {
    socket_.setWriteTimeout(deadline_.left());
    out_.write(data, size);
  }

 private:
  netlite::Socket& socket_;
  netlite::SocketOutputStream out_;
  SocketDeadline deadline_;
};

}  // namespace example
