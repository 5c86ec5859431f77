// SPDX-License-Identifier: MIT
//
// LineInbox: hands lines from a thread that receives them to the thread of a window.
// Thread-safety: one thread calls add() and close(), another one the rest.
#pragma once

#include "support/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace example {

class LineInbox {
 public:
  /// A window keeps so many lines. Older ones that it has not taken yet are dropped, since they would be gone anyway:
  /// so neither thread ever waits for the other.
  static constexpr std::size_t kMaxLines = 10000;

  /// The maximum of a line and of all lines together, in bytes. A longer line is cut.
  static constexpr std::size_t kMaxLine = 16 * 1024;
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

  /// @param wake makes the window's thread take lines; called when lines are there that it does not know of
  explicit LineInbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// @param line valid UTF-8
  void add(std::string line) {
    if (line.size() > kMaxLine) cut(line);
    put(std::move(line), false);
  }

  /// Adds the last line, which says why there will be no more.
  void close(const std::string& why) { put("[" + why + "]", true); }

  /// The next lines, at most `max`. Returns immediately.
  std::vector<std::string> take(std::size_t max) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::size_t count = std::min(max, lines_.size());
    const auto end = lines_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<std::string> taken(std::make_move_iterator(lines_.begin()), std::make_move_iterator(end));
    lines_.erase(lines_.begin(), end);
    for (const std::string& line : taken) bytes_ -= line.size();
    is_awake_ = !lines_.empty();
    return taken;
  }

  /// Whether there are lines. If so, `wake` is not called for more until they are taken.
  bool hasMore() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return is_awake_;
  }

  /// Whether close() was called and all lines were taken.
  bool isClosed() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return is_closed_ && lines_.empty();
  }

 private:
  static void cut(std::string& line) {
    std::size_t end = kMaxLine;
    while (end > 0 && !isFirstByte(line[end])) --end;  // not within a character
    line.resize(end);
    line += " [...]";
  }

  void put(std::string line, bool isLast) {
    const std::unique_lock<std::mutex> lock(mutex_);
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    while (lines_.size() > kMaxLines || bytes_ > kMaxBytes) {
      bytes_ -= lines_.front().size();
      lines_.pop_front();
    }
    is_closed_ = isLast;
    if (!std::exchange(is_awake_, true)) wake_();
  }

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;  // guarded by mutex_
  std::size_t bytes_ = 0;          // guarded by mutex_: of lines_
  bool is_awake_ = false;          // guarded by mutex_: the window's thread knows of lines_
  bool is_closed_ = false;         // guarded by mutex_
};

}  // namespace example
