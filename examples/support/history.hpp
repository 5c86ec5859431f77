// SPDX-License-Identifier: MIT
//
// History: the last messages of a room, rendered as JSON.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "support/http_response.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace example {

class History {
 public:
  /// The maximum that it holds, however few messages.
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

  explicit History(std::size_t maxMessages) : max_messages_(maxMessages) {}

  /// @param id  greater than that of the previous message
  void add(std::uint64_t id, SharedText json) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    bytes_ += json->size();
    messages_.push_back({id, std::move(json)});
    while (messages_.size() > max_messages_ || bytes_ > kMaxBytes) {
      bytes_ -= messages_.front().json->size();
      messages_.pop_front();
    }
  }

  /// The messages whose ids are greater than `id`, the oldest first.
  std::vector<SharedText> after(std::uint64_t id) const {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    const auto isOlder = [](std::uint64_t wanted, const Entry& entry) { return wanted < entry.id; };
    std::vector<SharedText> texts;
    for (auto i = std::upper_bound(messages_.begin(), messages_.end(), id, isOlder); i != messages_.end(); ++i) {
      texts.push_back(i->json);
    }
    return texts;
  }

 private:
  struct Entry {
    std::uint64_t id;
    SharedText json;
  };

  const std::size_t max_messages_;
  mutable netlite::Mutex mutex_;
  std::deque<Entry> messages_;  // guarded by mutex_
  std::size_t bytes_ = 0;       // guarded by mutex_: of messages_
};

}  // namespace example
