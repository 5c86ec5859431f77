// SPDX-License-Identifier: MIT
//
// StreamFailure: why the standard input could not be read, or the standard output not written.
// Thread-safety: every member may be called from any thread.
#pragma once

#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace example {

/// The disk may be full, or the reader of a pipe gone. The program then ends cleanly, and reports it with exit code 1.
class StreamFailure {
 public:
  explicit StreamFailure(std::string operation) : operation_(std::move(operation)) {}

  /// The first failure is kept.
  void note(std::error_code reason) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (text_.empty()) text_ = operation_ + ": " + reason.message();
  }

  /// The operation and the reason; empty if nothing has failed.
  std::string text() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

  bool happened() const { return !text().empty(); }

 private:
  const std::string operation_;
  mutable std::mutex mutex_;
  std::string text_;  // guarded by mutex_
};

// Never destroyed: detached threads may still use them when the program ends.

inline StreamFailure& inputFailure() {
  static StreamFailure& failure = *new StreamFailure("read standard input");
  return failure;
}

inline StreamFailure& outputFailure() {
  static StreamFailure& failure = *new StreamFailure("write standard output");
  return failure;
}

}  // namespace example
