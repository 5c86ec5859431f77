// SPDX-License-Identifier: MIT
//
// The load for line servers: a client with bare system calls in one thread, which checks that its answers arrive.
// Thread-safety: none.
#pragma once

#include "raw_socket.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

/// A line of `size` bytes, including its line feed.
inline std::string lineOf(std::size_t size) { return std::string(size - 1, 'x') + "\n"; }

/// Text of about `size` bytes, all lines of `lineSize` bytes.
std::string linesOf(std::size_t lineSize, std::size_t size);

class LineClient {
 public:
  explicit LineClient(Descriptor socket) : socket_(std::move(socket)) {}
  explicit LineClient(int port) : LineClient(connectedTo(port)) {}

  /// Sends a line and waits for its echo.
  void exchange(std::string_view line);

  /// Sends `text` `times` times, and meanwhile receives as many bytes.
  void pipeline(std::string_view text, std::size_t times);

  /// Sends `text` `times` times, shuts down the output, and waits for the answer, a number.
  std::size_t count(std::string_view text, std::size_t times);

 private:
  std::string receiveLine();

  Descriptor socket_;
  std::string answer_;
};

}  // namespace bench
