// SPDX-License-Identifier: MIT
//
// The platform contract, section wait: waiting for descriptors, and ending another thread's wait.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <chrono>
#include <cstddef>
#include <system_error>

namespace netlite::platform {

/// A descriptor that a thread waits for along with others, so that other threads can end its wait. It belongs to a
/// thread, not to a socket.
struct Waker {
  Handle waiting = kNoHandle;
  Handle signalling = kNoHandle;  // may be the same handle
};

Result<Waker> openWaker();
void closeWaker(Waker waker) noexcept;

/// Ends the wait in progress with this waker; if there is none, the next one.
void signalWaker(Waker waker) noexcept;

/// Drains the signals, so that the next wait blocks. A signal still in flight may end a later wait early.
void resetWaker(Waker waker) noexcept;

/// Makes the calling thread keep this waker for its later waits, and close it when it ends. Returns false if wakers are
/// not kept or the thread is already ending; then the caller closes it.
bool keepWaker(Waker waker) noexcept;

/// The waker that the calling thread keeps, or Waker{}. Never a waker that a parent process opened.
Waker keptWaker() noexcept;

/// Forgets the waker that the calling thread keeps, without closing it: for a waker whose descriptor the program has
/// closed, since the number may be in use again.
void forgetKeptWaker() noexcept;

enum class Interest { readable, writable };

struct WaitEntry {
  Handle handle = kNoHandle;
  Interest interest = Interest::readable;
  bool ready = false;  // set by wait(): the call that the caller waits for would not block now; it may fail
};

/// The maximum number of entries that one wait() takes.
inline constexpr std::size_t kMaxWaitEntries = 16;

/// Waits until an entry is ready, the waker is signalled or the timeout has passed (milliseconds::max(): no limit;
/// zero: only checks). Without a waker (Waker{}) nothing else ends it, except wakeBlockedCalls on the entry's handle
/// where shutdownEndsWaits(). It may also return early with nothing ready: the caller checks its clock and waits again.
/// std::errc::bad_file_descriptor: the waker's descriptor is no longer open.
std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout);

/// Whether wakeBlockedCalls() also ends every wait() for its handle, now and later. Then a thread that waits for its
/// own socket needs no waker, and so no descriptor.
bool shutdownEndsWaits() noexcept;

}  // namespace netlite::platform
