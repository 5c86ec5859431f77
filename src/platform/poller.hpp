// SPDX-License-Identifier: MIT
//
// The platform contract, section poller: readiness of many descriptors at once. platform.hpp has the rules.
// Thread-safety: one thread waits; the other functions may be called from any thread.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"
#include "platform/wait.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite::platform {

/// The system's object that watches descriptors, and how another thread ends its wait.
struct Poller {
  Handle watching = kNoHandle;
  Handle waking = kNoHandle;
};

/// What has happened to a watched descriptor since the last event.
struct PollEvent {
  std::uint64_t token = 0;  // as given to watch()
  bool readable = false;
  bool writable = false;
  bool ended = false;   // nothing more will arrive, or the connection is broken
  bool urgent = false;  // urgent data has arrived, whose mark ends a read early
};

/// The maximum number of events that one poll() returns.
inline constexpr std::size_t kMaxPollEvents = 256;

Result<Poller> openPoller();
void closePoller(Poller poller) noexcept;

/// Whether watch() is for one event. If not, it is for both directions until unwatch() or until the descriptor is
/// closed, edge triggered: what is ready now is reported once, and then each change.
bool watchesOnce() noexcept;

/// Watches a descriptor. A descriptor that is watched already gets the new token. A token is never ~0.
/// @param interest where watchesOnce(): the direction, which is watched until it is reported, until unwatch() or until
///                 the descriptor is closed. What is ready now is reported, too. The other direction, if it is being
///                 watched, still is. Only a thread that never ends may call it then
std::error_code watch(Poller poller, Handle handle, Interest interest, std::uint64_t token);

/// Needed only for a descriptor that stays open, here or in a forked child.
void unwatch(Poller poller, Handle handle) noexcept;

/// Waits for events, for wakePoller() or until the timeout has passed (milliseconds::max(): no limit; zero: only
/// checks). Returns the number of events; 0 also after wakePoller() and whenever the system ends the wait early. An
/// error means that the poller is no longer there: the program has closed its descriptor.
Result<std::size_t> poll(Poller poller, PollEvent* events, std::chrono::milliseconds timeout);

/// Ends the poll() in progress; if there is none, the next one. Returns false if the poller is no longer there. Then
/// this has not touched what has the descriptor's number now.
bool wakePoller(Poller poller) noexcept;

}  // namespace netlite::platform
