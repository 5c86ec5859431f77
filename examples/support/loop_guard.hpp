// SPDX-License-Identifier: MIT
//
// LoopGuard: keeps two servers from answering each other's datagrams forever.
//
// One forged datagram, sent to a server in the name of another, is enough: each takes the other's answer for a
// question. All answers in such a loop are the same text, which goes to the same address, as soon as the answer equals
// the question. So each such text has an allowance per address. A loop uses it up, and one datagram that is not
// answered ends it. A client that repeats itself does not come that far: it waits between its tries.
//
// Thread-safety: used by one thread.
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace example {

class LoopGuard {
 public:
  using Clock = std::chrono::steady_clock;

  /// How often the same text may go to the same address in one go, and how long it takes until once more is allowed.
  static constexpr int kAllowance = 256;
  static constexpr std::chrono::seconds kRenewal{1};

  /// Whether an answer that equals its question may be sent. It counts as sent then.
  bool admits(const netlite::InetSocketAddress& client, std::string_view text, Clock::time_point now = Clock::now()) {
    Clock::time_point& renewed = renewed_[slotOf(client, text)];
    const Clock::time_point next = std::max(renewed, now) + kRenewal;
    if (next > now + kAllowance * kRenewal) return false;
    renewed = next;
    return true;
  }

 private:
  // Enough that busy clients hardly ever share a slot. Its number is fixed: no forger makes the server forget one.
  static constexpr std::size_t kSlots = 65536;

  static std::size_t slotOf(const netlite::InetSocketAddress& client, std::string_view text) {
    const std::size_t ofClient = std::hash<netlite::InetSocketAddress>()(client);
    return (ofClient * 31 + std::hash<std::string_view>()(text)) % kSlots;
  }

  std::vector<Clock::time_point> renewed_ = std::vector<Clock::time_point>(kSlots);  // when all of it is allowed again
};

}  // namespace example
