// SPDX-License-Identifier: MIT
//
// How every program ends a conversation so that what it has sent arrives.
// Thread-safety: no shared state.
#pragma once

#include "support/unsent.hpp"

#include <netlite/netlite.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>

namespace example {

/// How long a peer that has received everything may take to end its output.
constexpr std::chrono::milliseconds kClosingGrace{500};

/// How long a peer that has not received everything may go without receiving more. Also applies where the system does
/// not report what the peer has received.
constexpr std::chrono::seconds kClosingPatience{10};

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
/// @return false if the peer has not received everything; true also where the system does not report it
inline bool endConversation(netlite::Socket& socket, const std::function<bool(std::chrono::milliseconds)>& awaitEnd) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kStep{20};
  finishSending(socket);
  std::optional<std::size_t> unsent;
  std::size_t remaining = std::numeric_limits<std::size_t>::max();
  Clock::time_point deadline;
  bool hasEnded = false;
  do {
    unsent = system::unsentBytes(socket.nativeHandle());
    const std::size_t newRemaining = unsent.value_or(1);  // an unknown amount never falls: one patience for all
    if (newRemaining < remaining) deadline = Clock::now() + (newRemaining == 0 ? kClosingGrace : kClosingPatience);
    remaining = newRemaining;
    hasEnded = awaitEnd(kStep);
  } while (!hasEnded && Clock::now() < deadline);
  socket.close();
  return hasEnded || unsent.value_or(0) == 0;
}

/// Ends a conversation while no other thread reads: what the peer still sends is dropped. Never throws for I/O.
inline void endConversation(netlite::Socket& socket) {
  std::array<char, 4096> dropped{};
  netlite::SocketInputStream in = socket.getInputStream();
  try {
    endConversation(socket, [&](std::chrono::milliseconds patience) {
      try {
        socket.setSoTimeout(patience);
        return in.read(dropped.data(), dropped.size()) == 0;
      } catch (const netlite::SocketTimeoutException&) {
        return false;
      }
    });
  } catch (const netlite::IOException&) {
    socket.close();  // the peer has closed without waiting
  }
}

}  // namespace example
