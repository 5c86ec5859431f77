// SPDX-License-Identifier: MIT
//
// LoopGuard: keeps two servers from answering each other's datagrams forever.
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

/// One datagram that is sent to a server with the forged address of another one starts such a loop: each takes the
/// other's answer for a question. Once the answer equals the question, all answers in the loop are the same text to the
/// same address. So each such text has an allowance per address. A loop uses it up, and the first datagram that is not
/// answered ends the loop. A client that repeats a question does not use it up, since it waits between its tries.
class LoopGuard {
 public:
  using Clock = std::chrono::steady_clock;

  /// How often the same text may go to the same address without a pause, and the time after which it may go once more.
  static constexpr int kAllowance = 256;
  static constexpr std::chrono::seconds kRenewal{1};

  /// Whether an answer that equals its question may be sent. If so, it counts as sent.
  bool admits(const netlite::InetSocketAddress& client, std::string_view text, Clock::time_point now = Clock::now()) {
    Clock::time_point& renewed = renewed_[slotOf(client, text)];
    const Clock::time_point next = std::max(renewed, now) + kRenewal;
    if (next > now + kAllowance * kRenewal) return false;
    renewed = next;
    return true;
  }

 private:
  // So many that busy clients hardly ever share a slot. The number is fixed, so forged addresses cannot make the server
  // forget a slot.
  static constexpr std::size_t kSlots = 65536;

  static std::size_t slotOf(const netlite::InetSocketAddress& client, std::string_view text) {
    const std::size_t clientHash = std::hash<netlite::InetSocketAddress>()(client);
    return (clientHash * 31 + std::hash<std::string_view>()(text)) % kSlots;
  }

  // When the whole allowance is available again.
  std::vector<Clock::time_point> renewed_ = std::vector<Clock::time_point>(kSlots);
};

}  // namespace example
