// SPDX-License-Identifier: MIT
//
// Timeout: how long the calls of one kind may take, as set by the user.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "base/arguments.hpp"

#include <atomic>
#include <chrono>

namespace netlite {

class Timeout {
 public:
  /// @param timeout in milliseconds; 0: none
  /// @throws std::invalid_argument negative
  void set(std::chrono::milliseconds timeout) {
    milliseconds_.store(checkedTimeout(timeout).count(), std::memory_order_relaxed);
  }

  std::chrono::milliseconds get() const noexcept {
    return std::chrono::milliseconds(milliseconds_.load(std::memory_order_relaxed));
  }

 private:
  std::atomic<std::chrono::milliseconds::rep> milliseconds_{0};
};

}  // namespace netlite
