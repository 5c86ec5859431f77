// SPDX-License-Identifier: MIT
//
// SocketCore: what all sockets share. It owns one descriptor and knows who is using it, so that any thread may close a
// socket that others are busy with: closing only marks the core and wakes them, and the last call in flight frees the
// descriptor. No call ever meets a descriptor that the system has handed to somebody else.
//
// Every wait of the library, whatever for, is in wait(): there close() is noticed and deadlines are kept.
//
// Thread-safety: every member may be called from any thread, construction and destruction excepted.
#pragma once

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "platform/platform.hpp"
#include "thread/mutex.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite {

class SocketCore {
 public:
  enum class WaitResult { ready, timedOut, closed, failed };

  /// How a wait has ended.
  struct Waited {
    WaitResult result = WaitResult::ready;
    std::error_code error;  // with failed: why, for example that this thread could not get a waker
  };

  /// A core without a descriptor: a socket that is neither bound nor connected yet.
  SocketCore() noexcept = default;
  explicit SocketCore(platform::Handle handle) noexcept : handle_(handle) {}
  SocketCore(const SocketCore&) = delete;
  SocketCore& operator=(const SocketCore&) = delete;
  ~SocketCore() { close(); }

  /// One call in flight. While it lives the descriptor stays this socket's, whoever closes it.
  class Pin {
   public:
    explicit Pin(SocketCore& core) noexcept : core_(core), entered_(core.enter()) {}
    ~Pin() {
      if (entered_) core_.leave();
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    /// False if the socket was closed before: then nothing but this destructor may follow.
    explicit operator bool() const noexcept { return entered_; }

   private:
    SocketCore& core_;
    const bool entered_;
  };

  /// The descriptor, kNoHandle before there is one. Use it inside a Pin.
  platform::Handle handle() const noexcept { return handle_.load(std::memory_order_acquire); }

  /// Puts a new descriptor in place of the present one, which is returned for the caller to close. Call it inside a
  /// Pin, and only while no other call can be using the present one.
  platform::Handle replaceHandle(platform::Handle handle) noexcept {
    return handle_.exchange(handle, std::memory_order_acq_rel);
  }

  bool isClosed() const noexcept { return (state_.load(std::memory_order_acquire) & kClosing) != 0; }

  /// Marks the socket closed, wakes every call in flight and frees the descriptor as soon as the last has left. Never
  /// waits for them. A second close does nothing.
  void close() noexcept;

  /// Waits until the socket is ready, the deadline passes or the socket is closed. It may say ready too early: look
  /// again and wait again. Inside a Pin.
  Waited wait(platform::Interest interest, Deadline deadline);

  /// The same for several descriptors at once, of which the core need not own any; `ready` is set in each entry.
  Waited wait(platform::WaitEntry* entries, std::size_t count, Deadline deadline);

  /// Makes the waits that are going on look again.
  void wakeWaiters() noexcept;

  /// Whether closing has to take the unread input out first. The system answers unread input with a reset, which may
  /// overtake what was written before.
  void setInputMayBeQueued(bool queued) noexcept { input_may_be_queued_.store(queued, std::memory_order_relaxed); }

 private:
  struct Waiter;

  static constexpr std::uint32_t kClosing = 1u << 31;  // the rest of state_ counts the calls in flight

  bool enter() noexcept {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    do {
      if ((state & kClosing) != 0) return false;
    } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire, std::memory_order_relaxed));
    return true;
  }

  void leave() noexcept {
    if (state_.fetch_sub(1, std::memory_order_acq_rel) == (kClosing | 1)) release();
  }

  Waited waitWith(platform::Waker waker, platform::WaitEntry* entries, std::size_t count, Deadline deadline);
  bool startClosing() noexcept;
  void release() noexcept;

  std::atomic<std::uint32_t> state_{0};
  std::atomic<platform::Handle> handle_{platform::kNoHandle};
  std::atomic<bool> input_may_be_queued_{false};
  Mutex waiters_mutex_;
  Waiter* waiters_ = nullptr;  // guarded by waiters_mutex_; each stands on the stack of a thread in wait()
};

/// Throws what a call has to throw that has waited in vain.
///
/// @param what             gives the operation and the address; asked only then
/// @param bytesTransferred what a SocketTimeoutException tells as moved before
template <typename What>
void throwUnlessReady(const SocketCore::Waited& waited, What what, std::size_t bytesTransferred = 0) {
  switch (waited.result) {
    case SocketCore::WaitResult::ready: return;
    case SocketCore::WaitResult::closed: throwSocketError(what(), Error::socketClosed);
    case SocketCore::WaitResult::timedOut: throwTimeout(what(), bytesTransferred);
    case SocketCore::WaitResult::failed: throwSocketError(Operation::other, what(), waited.error);
  }
}

}  // namespace netlite
