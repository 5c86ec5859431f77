// SPDX-License-Identifier: MIT
//
// SeenLines: which lines of a shared room were seen, so that one that was sent twice is relayed once.
// Thread-safety: belongs to one thread.
#pragma once

#include "support/redis_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace example {

/// The lines of a server come in the order of their numbers, some of them repeatedly. So the greatest number of each
/// server says which ones were seen.
class SeenLines {
 public:
  /// The maximum of servers that are remembered: more than a stream has entries, of whatever server.
  static constexpr std::size_t kMaxServers = 16 * 1024;

  /// Notes a line. Returns whether it is new.
  bool isNew(const SharedLine& line) {
    const auto [entry, isFirst] = servers_.try_emplace(line.server);
    const bool isNew = isFirst || line.number > entry->second.number;
    gap_ = isNew && (!isFirst || knows_all_) ? line.number - entry->second.number - 1 : 0;
    if (isNew) entry->second = {line.number, ++time_};
    if (servers_.size() > kMaxServers) forgetOne();
    return isNew;
  }

  /// How many lines before the last one that was new are missing.
  std::uint64_t gap() const { return gap_; }

  /// Whether the first line of a server that was not heard before must have the number 1.
  void setKnowsAll(bool isSo) { knows_all_ = isSo; }

 private:
  struct Last {
    std::uint64_t number = 0;
    std::uint64_t time = 0;  // grows
  };

  void forgetOne() {
    const auto isOlder = [](const auto& left, const auto& right) { return left.second.time < right.second.time; };
    servers_.erase(std::min_element(servers_.begin(), servers_.end(), isOlder));
  }

  std::map<std::string, Last> servers_;
  std::uint64_t time_ = 0;
  std::uint64_t gap_ = 0;
  bool knows_all_ = false;
};

}  // namespace example
