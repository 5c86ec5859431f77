// SPDX-License-Identifier: MIT
//
// SocketCore: one descriptor and the calls that use it.
// Thread-safety: every member may be called from any thread, except construction and destruction.
#pragma once

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "platform/process.hpp"
#include "platform/types.hpp"
#include "platform/wait.hpp"
#include "thread/lazy_text.hpp"
#include "thread/readiness.hpp"
#include "thread/strand.hpp"
#include "thread/word_mutex.hpp"

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite {

/// Any thread may close a socket that others are using: closing only marks the core and wakes them, and the last call
/// in flight frees the descriptor. So no call ever touches a descriptor that the system has reused. All waiting for
/// descriptors happens in wait(), which enforces deadlines and notices close().
///
/// In a forked child a core of the parent starts anew, with no call in flight. The parent uses the same connection, so
/// closing the core in the child frees the child's descriptor and does nothing else.
class SocketCore {
 public:
  enum class WaitResult { ready, timedOut, closed, failed };

  /// How a wait has ended.
  struct Waited {
    WaitResult result = WaitResult::ready;
    std::error_code error;  // with failed: the reason
  };

  /// A core without a descriptor: a socket that is neither bound nor connected yet.
  SocketCore() noexcept : SocketCore(platform::kNoHandle) {}
  explicit SocketCore(platform::Handle handle) noexcept
      : state_(platform::processMark()), fork_count_(platform::forkCount()), handle_(handle) {}
  SocketCore(const SocketCore&) = delete;
  SocketCore& operator=(const SocketCore&) = delete;
  ~SocketCore() { close(); }

  /// One call in flight. While it lives, the descriptor remains this socket's, even if another thread closes it.
  class Pin {
   public:
    explicit Pin(SocketCore& core) noexcept : core_(core), is_pinned_(core.enter()) {}
    ~Pin() {
      if (is_pinned_) core_.leave();
    }
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;

    /// False if the socket was closed before: the descriptor must not be touched then.
    explicit operator bool() const noexcept { return is_pinned_; }

   private:
    SocketCore& core_;
    const bool is_pinned_;
  };

  /// The descriptor, kNoHandle before there is one. For use with a Pin; without, another thread may close it.
  platform::Handle handle() const noexcept { return handle_.load(std::memory_order_acquire); }

  /// Replaces the descriptor, and returns the old one for the caller to close. Requires a Pin, and that no other call
  /// can be using the old one.
  platform::Handle replaceHandle(platform::Handle handle) noexcept {
    assert(isPinned());
    dropReadiness();
    return handle_.exchange(handle, std::memory_order_acq_rel);
  }

  bool isClosed() const noexcept { return (state_.load(std::memory_order_seq_cst) & kClosing) != 0; }

  /// Whether a call may block inside the system. Not in a virtual thread, which would hold up the others of its
  /// carrier. And not on a socket that a forked child has inherited: only a shutdown could end the call, and the parent
  /// would notice that.
  bool mayBlock() const noexcept { return current_strand.virtual_thread == nullptr && !isInherited(); }

  /// Whether this is a forked child that has inherited the socket from its parent.
  bool isInherited() const noexcept { return is_inherited_.load(std::memory_order_relaxed); }

  /// Marks the socket closed, wakes every call in flight and frees the descriptor as soon as the last one has left.
  /// Never waits for them. A second close does nothing.
  void close() noexcept;

  /// Waits until the socket is ready, the deadline passes or the socket is closed. It may report ready too early: the
  /// caller checks and waits again. In a virtual thread the first wait of each kind reports ready immediately, so that
  /// the call is tried, and a wait that reports ready uses that up: the next one waits for a change. So the call has to
  /// be repeated until it would block, or noteMoreInput() or passOn() has to be called. Requires a Pin.
  ///
  /// @param what returns the operation and the address, for those who ask what a virtual thread waits for
  template <typename What>
  Waited wait(platform::Interest interest, Deadline deadline, const What& what) {
    return waitFor(interest, deadline, lazyText(what));
  }

  /// Waits as the other overload for several descriptors together, none of which the core has to own; `ready` is set in
  /// each entry.
  Waited wait(platform::WaitEntry* entries, std::size_t count, Deadline deadline);

  /// Waits, and throws the exception for a wait that did not end in ready: see throwUnlessReady().
  template <typename What>
  void await(platform::Interest interest, Deadline deadline, const What& what, std::size_t bytesTransferred = 0);

  /// Says that a receive has not drained the socket, or that the next one will not block.
  void noteMoreInput() noexcept {
    if (Readiness* const known = readiness_.load(std::memory_order_acquire)) known->set(platform::Interest::readable);
  }

  /// Says that a call of several that wait has succeeded, so that the others try again.
  void passOn(platform::Interest interest) noexcept {
    if (Readiness* const known = readiness_.load(std::memory_order_acquire)) known->passOn(interest);
  }

  /// Wakes every thread in wait() so that it checks the socket again, except one that waits for its own descriptor
  /// where a shutdown ends such waits.
  void wakeWaiters() noexcept NETLITE_EXCLUDES(waiters_mutex_);

  /// Sets whether unread input must be drained before the descriptor is closed. The system answers unread input with a
  /// reset, which may overtake what was written before.
  void setDrainsInput(bool drains) noexcept { drains_input_.store(drains, std::memory_order_relaxed); }

  /// Sets whether freeing the descriptor may wait until the peer has acknowledged everything (SO_LINGER).
  void setLingers(bool lingers) noexcept { lingers_.store(lingers, std::memory_order_relaxed); }

  /// For a Unix-domain socket: on Linux a shutdown of the output alone does not end a wait for room to write there, so
  /// these waits use a waker.
  void wakeWritersByWaker() noexcept { writers_need_waker_.store(true, std::memory_order_relaxed); }

 private:
  class LoneWriter;
  class Waiter;

  // state_: the number of calls in flight, the mark of the process that they are made in, and whether close() was
  // called.
  static constexpr std::uint32_t kClosing = 1u << 31;
  static constexpr std::uint32_t kInFlight = platform::kFirstMark - 1;
  static_assert((platform::kMarkBits | kClosing | kInFlight) == ~std::uint32_t{0});

  bool isPinned() const noexcept { return (state_.load(std::memory_order_relaxed) & kInFlight) != 0; }

  bool enter() noexcept {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    do {
      if ((state & ~kInFlight) != platform::processMark() && !inherit(state)) return false;
    } while (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire, std::memory_order_relaxed));
    return true;
  }

  void leave() noexcept {
    if ((state_.fetch_sub(1, std::memory_order_acq_rel) & (kClosing | kInFlight)) == (kClosing | 1)) release();
  }

  bool inherit(std::uint32_t& state) noexcept;
  Waited waitAlone(platform::WaitEntry& entry, Deadline deadline);
  Waited waitFor(platform::Interest interest, Deadline deadline, LazyText reason);
  Waited waitVirtual(platform::WaitEntry& entry, Deadline deadline, LazyText reason);
  Readiness& readiness();
  void dropReadiness() noexcept;
  bool startClosing() noexcept;
  void wakeSystemCalls() noexcept;
  void release() noexcept;

  std::atomic<std::uint32_t> state_;
  const std::uint32_t fork_count_;  // when the core was created
  std::atomic<platform::Handle> handle_;
  std::atomic<bool> is_inherited_{false};
  std::atomic<bool> drains_input_{false};
  std::atomic<bool> lingers_{false};
  std::atomic<bool> writers_need_waker_{false};
  // Threads in waitAlone() for room to write. Sequentially consistent together with state_: when a thread starts to
  // wait while another one closes the socket, at least one of them sees the other.
  std::atomic<int> lone_writers_{0};
  // Of virtual threads; null until the first one waits. Sequentially consistent as lone_writers_.
  std::atomic<Readiness*> readiness_{nullptr};
  WordMutex waiters_mutex_;
  Waiter* waiters_ NETLITE_GUARDED_BY(waiters_mutex_) = nullptr;       // each on the stack of a thread in wait()
  std::uint32_t waiters_mark_ NETLITE_GUARDED_BY(waiters_mutex_) = 0;  // of the process whose threads they are
};

/// Throws the exception for a wait that did not end in `ready`.
///
/// @param what             returns the operation and the address; called only then
/// @param bytesTransferred the bytes transferred so far, for SocketTimeoutException
template <typename What>
void throwUnlessReady(const SocketCore::Waited& waited, What what, std::size_t bytesTransferred = 0) {
  switch (waited.result) {
    case SocketCore::WaitResult::ready: return;
    case SocketCore::WaitResult::closed: throwSocketError(what(), Error::socketClosed);
    case SocketCore::WaitResult::timedOut: throwTimeout(what(), bytesTransferred);
    case SocketCore::WaitResult::failed: throwSocketError(Operation::other, what(), waited.error);
  }
}

template <typename What>
void SocketCore::await(platform::Interest interest, Deadline deadline, const What& what, std::size_t bytesTransferred) {
  throwUnlessReady(wait(interest, deadline, what), what, bytesTransferred);
}

}  // namespace netlite
