// SPDX-License-Identifier: MIT
//
// How every program ends a conversation so that what it has sent arrives.
// Thread-safety: no shared state.
#pragma once

#include "support/unsent.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>

namespace example {

/// How long a peer that has received everything may be silent before the conversation ends without its end.
constexpr std::chrono::milliseconds kClosingGrace{500};

/// How long a peer that may not have received everything may take none of it; and how long one that has received
/// everything may go on sending.
constexpr std::chrono::seconds kClosingPatience{10};

/// When a conversation ends without the peer's end.
class ClosingDeadline {
 public:
  /// @param unsent   how much the peer has not received yet; std::nullopt if that is unknown
  /// @param received a number that grows with what the peer has sent
  bool hasPassed(std::optional<std::size_t> unsent, std::size_t received) {
    const Clock::time_point now = Clock::now();
    const std::size_t remaining = unsent.value_or(1);  // an unknown amount never falls: one patience for all
    if (remaining < remaining_) {
      limit_ = now + kClosingPatience;
      deadline_ = remaining == 0 ? now + kClosingGrace : limit_;
    } else if (received != received_) {
      deadline_ = std::max(deadline_, std::min(now + kClosingGrace, limit_));
    }
    remaining_ = remaining;
    received_ = received;
    return now >= deadline_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t remaining_ = std::numeric_limits<std::size_t>::max();
  std::size_t received_ = 0;
  Clock::time_point limit_;
  Clock::time_point deadline_;
};

/// Announces that no more lines will come. Where that fails the connection is gone, and reading reports why.
inline void finishSending(netlite::Socket& socket) {
  try {
    socket.shutdownOutput();
  } catch (const netlite::IOException&) {
  }
}

/// Ends a conversation while another thread reads what the peer sends.
///
/// If a program closes a connection while the peer still sends, or before it has read everything, its system resets the
/// connection, and a reset destroys what is still on its way to the peer. So this first ends the output only, then
/// waits for the end of the peer's output for a bounded time, and then closes.
///
/// @param awaitEnd waits for the end of what the peer sends, but no longer than its argument; returns whether the end
///                 came
/// @param received returns a number that grows with what the peer has sent
/// @return false if the peer has not received everything; true also where the system does not report it
inline bool endConversation(netlite::Socket& socket, const std::function<bool(std::chrono::milliseconds)>& awaitEnd,
                            const std::function<std::size_t()>& received) {
  constexpr std::chrono::milliseconds kStep{20};
  finishSending(socket);
  ClosingDeadline deadline;
  std::optional<std::size_t> unsent;
  bool hasEnded = false;
  do {
    unsent = system::unsentBytes(socket.nativeHandle());
    hasEnded = awaitEnd(kStep);
  } while (!hasEnded && !deadline.hasPassed(unsent, received()));
  socket.close();
  return hasEnded || unsent.value_or(0) == 0;
}

/// Ends a conversation while no other thread reads: what the peer still sends is dropped. Never throws for I/O.
inline void endConversation(netlite::Socket& socket) {
  std::array<char, 4096> dropped{};
  netlite::SocketInputStream in = socket.getInputStream();
  try {
    const auto awaitEnd = [&](std::chrono::milliseconds patience) {
      try {
        socket.setSoTimeout(patience);
        return in.read(dropped.data(), dropped.size()) == 0;
      } catch (const netlite::SocketTimeoutException&) {
        return false;
      }
    };
    endConversation(socket, awaitEnd, [] { return std::size_t{0}; });
  } catch (const netlite::IOException&) {
    socket.close();  // the peer has closed without waiting
  }
}

/// Reports the reason to a client that is not served, in one line, and ends the conversation.
inline void refuse(netlite::Socket& socket, const std::string& why) {
  netlite::PrintWriter(socket.getOutputStream(), true).println(why);
  endConversation(socket);
}

}  // namespace example
