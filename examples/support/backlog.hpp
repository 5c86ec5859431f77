// SPDX-License-Identifier: MIT
//
// Backlog: what the clients of a server have said and what has not come back from the shared room yet.
// Thread-safety: every member may be called from any thread, but only one at a time may call next().
#pragma once

#include "support/outbox.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// The bytes of a line with its end.
inline std::size_t sizeOfLine(const std::optional<std::string>& name, const std::string& text) {
  return (name ? name->size() : 0) + text.size() + 1;
}

/// Lines are numbered from 1 on. They are sent in this order, and kept until they come back: if Redis loses them before
/// that, they are sent again.
///
/// @tparam Note what belongs to a line and is not sent
template <typename Note>
class Backlog {
 public:
  struct Line {
    std::uint64_t number = 0;
    std::optional<std::string> name;
    std::string text;
    Note note{};

    std::size_t size() const { return sizeOfLine(name, text); }
  };

  /// The maximum that is sent or relayed together, unless a single line has more.
  static constexpr std::size_t kMaxBatchBytes = 256 * 1024;

  /// @param maxLines the maximum of lines that are kept, which together have no more than Outbox::kMaxBytes
  explicit Backlog(std::size_t maxLines) : max_lines_(maxLines) {}

  // ---- for those who speak ----

  /// Adds a line. Waits while there is no room for it, but no longer than `patience`, and not after end(): then the
  /// line is dropped.
  ///
  /// @return its number; 0 if it was dropped
  std::uint64_t add(std::optional<std::string> name, std::string text, Note note,
                    std::chrono::milliseconds patience = std::chrono::milliseconds::max()) {
    Line line{0, std::move(name), std::move(text), std::move(note)};
    Lock lock(mutex_);
    returned_changed_.wait_for(lock, patience, [&] { return fits(line) || has_ended_; });
    if (!fits(line)) return 0;
    line.number = ++last_;
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    added_.notify_one();
    return last_;
  }

  /// Waits until the line `number` has come back. Returns false if `patience` or end() comes first.
  bool awaitReturn(std::uint64_t number, std::chrono::milliseconds patience = std::chrono::milliseconds::max()) {
    Lock lock(mutex_);
    returned_changed_.wait_for(lock, patience, [&] { return returned_ >= number || has_ended_; });
    return returned_ >= number;
  }

  /// Nobody waits any more, now and from now on.
  void end() {
    const Lock lock(mutex_);
    has_ended_ = true;
    returned_changed_.notify_all();
  }

  // ---- for the one who sends ----

  /// The next lines to send. Waits for them, but not after stopSending(), and no longer than `patience`.
  std::vector<Line> next(std::chrono::milliseconds patience) {
    Lock lock(mutex_);
    added_.wait_for(lock, patience, [&] { return !is_sending_ || hasNext(); });
    std::vector<Line> batch;
    std::size_t bytes = 0;
    for (std::size_t i = indexOfNext(); is_sending_ && i < lines_.size() && batch.size() < kMaxBatch; ++i) {
      bytes += lines_[i].size();
      if (!batch.empty() && bytes > kMaxBatchBytes) break;
      batch.push_back({lines_[i].number, lines_[i].name, lines_[i].text, Note{}});
    }
    return batch;
  }

  /// The lines up to `number` have been sent.
  void noteSent(std::uint64_t number) {
    const Lock lock(mutex_);
    sent_ = std::max(sent_, number);
    sent_changed_.notify_all();
  }

  /// Begins with the first line that has not come back.
  void startSending() {
    const Lock lock(mutex_);
    sent_ = returned_;
    is_sending_ = true;
  }

  void stopSending() {
    const Lock lock(mutex_);
    is_sending_ = false;
    added_.notify_all();
    sent_changed_.notify_all();
  }

  bool isSending() {
    const Lock lock(mutex_);
    return is_sending_;
  }

  /// Waits until everything is sent, but no longer than `patience`, and not if nothing is being sent.
  void awaitSent(std::chrono::milliseconds patience) {
    Lock lock(mutex_);
    sent_changed_.wait_for(lock, patience, [this] { return std::max(sent_, returned_) == last_ || !is_sending_; });
  }

  // ---- for the one who receives ----

  /// The note of a line that comes back.
  Note noteOf(std::uint64_t number) {
    const Lock lock(mutex_);
    if (number <= returned_ || number > last_) return {};
    return std::move(lines_[static_cast<std::size_t>(number - returned_ - 1)].note);
  }

  /// The lines up to `number` have come back, and were relayed.
  void noteReturned(std::uint64_t number) {
    const Lock lock(mutex_);
    while (returned_ < std::min(number, last_)) {
      bytes_ -= lines_.front().size();
      lines_.pop_front();
      ++returned_;
    }
    returned_changed_.notify_all();
    sent_changed_.notify_all();
  }

 private:
  using Lock = std::unique_lock<netlite::Mutex>;

  static constexpr std::size_t kMaxBatch = 128;  // lines

  bool fits(const Line& line) const { return lines_.size() < max_lines_ && bytes_ + line.size() <= Outbox::kMaxBytes; }

  // What is sent and has come back is no longer in lines_.
  std::size_t indexOfNext() const { return static_cast<std::size_t>(std::max(sent_, returned_) - returned_); }
  bool hasNext() const { return indexOfNext() < lines_.size(); }

  const std::size_t max_lines_;
  netlite::Mutex mutex_;
  netlite::Condition added_;             // lines_, is_sending_
  netlite::Condition sent_changed_;      // sent_, is_sending_
  netlite::Condition returned_changed_;  // returned_, has_ended_

  // All of these are guarded by mutex_.
  std::deque<Line> lines_;      // those after returned_
  std::size_t bytes_ = 0;       // in lines_
  std::uint64_t last_ = 0;      // the number of the last line
  std::uint64_t sent_ = 0;      // that of the last one that was sent
  std::uint64_t returned_ = 0;  // that of the last one that has come back
  bool is_sending_ = false;
  bool has_ended_ = false;
};

}  // namespace example
