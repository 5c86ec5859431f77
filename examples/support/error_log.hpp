// SPDX-License-Identifier: MIT
//
// ErrorLog: lines for the standard error, written by a separate thread, so that a log that is not read stops no server.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "support/system.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace example {

class ErrorLog {
 public:
  /// The program's one log. Never destroyed: its thread may be in the middle of a write when the program ends.
  static ErrorLog& instance() {
    static ErrorLog& log = *new ErrorLog;
    return log;
  }

  /// Never blocks. If too much is waiting already, the line is counted and dropped.
  void add(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_.size() + line.size() <= kMaxWaiting) {
      waiting_ += line;
    } else {
      ++dropped_;
    }
    changed_.notify_all();
  }

  /// Waits until everything is written, but no longer than `timeout`.
  void flush(std::chrono::milliseconds timeout) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, timeout, [this] { return waiting_.empty() && dropped_ == 0 && !is_writing_; });
  }

 private:
  static constexpr std::size_t kMaxWaiting = 256 * 1024;

  ErrorLog() {
    std::thread([this] { writeAll(); }).detach();  // nothing can end a write that blocks
  }

  void writeAll() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return !waiting_.empty() || dropped_ > 0; });
      std::string text = std::exchange(waiting_, {});
      const std::size_t dropped = std::exchange(dropped_, 0);
      if (dropped > 0) text += "(" + std::to_string(dropped) + " more lines were dropped)\n";
      is_writing_ = true;
      lock.unlock();
      system::writeError(text);
      lock.lock();
      is_writing_ = false;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;  // the fields below
  std::string waiting_;              // guarded by mutex_
  std::size_t dropped_ = 0;          // guarded by mutex_
  bool is_writing_ = false;          // guarded by mutex_
};

}  // namespace example
