// SPDX-License-Identifier: MIT
//
// Readiness: what a descriptor is ready for, as far as virtual threads know, and which of them wait for it.
// Thread-safety: every member may be called from any strand, except that waiting needs a virtual thread.
#pragma once

#include "base/thread_annotations.hpp"
#include "platform/poller.hpp"
#include "platform/types.hpp"
#include "platform/wait.hpp"
#include "thread/word_mutex.hpp"

#include <atomic>
#include <cstdint>
#include <system_error>

namespace netlite {

class Carrier;
class VirtualThread;

/// The system reports each change once (edge triggered). A flag remembers it until a call is about to use the
/// descriptor: take() clears the flag first, and the call comes after it. So a change that comes during the call is not
/// lost, and a call that left nothing behind needs no second one that ends in "would block".
///
/// These objects are recycled and never freed. An event names its object and the object's generation, so an event that
/// comes late, when the descriptor is closed and the object has a new owner, does nothing.
class Readiness {
 public:
  using Interest = platform::Interest;

  /// A virtual thread that waits for the descriptor, as long as this lives.
  class Waiter {
   public:
    Waiter(Readiness& readiness, Interest interest) noexcept NETLITE_EXCLUDES(readiness.mutex_);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Whether an event or wakeAll() has unparked the virtual thread.
    bool wasWoken() const noexcept { return was_woken_.load(std::memory_order_acquire); }

   private:
    friend class Readiness;

    Readiness& readiness_;
    VirtualThread& thread_;
    const Interest interest_;
    Waiter* next_ = nullptr;  // these two: guarded by readiness_.mutex_
    Waiter* previous_ = nullptr;
    std::atomic<bool> was_woken_{false};  // after this the waiter is not in the list, and nobody else uses it
  };

  /// Takes an object that believes to be ready for everything, so that the first call of each kind is tried.
  static Readiness& acquire();

  /// Gives the object back. Nobody may be waiting.
  void release() noexcept NETLITE_EXCLUDES(mutex_);

  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// Makes the running virtual thread's carrier watch the descriptor, unless a carrier does already. To be called
  /// before each time that the virtual thread parks: there are systems where a carrier reports only one event.
  std::error_code watch(platform::Handle handle, Interest interest) noexcept NETLITE_EXCLUDES(mutex_);

  /// Undoes watch(), for a descriptor that stays open.
  void unwatch(platform::Handle handle) noexcept NETLITE_EXCLUDES(mutex_);

  /// Whether the descriptor may be ready. Clears the flag, unless nothing will ever arrive any more. The mark of urgent
  /// data ends a read early, which then looks as if it had drained the socket. So after the mark one more read is
  /// tried.
  bool take(Interest interest) noexcept {
    const std::uint32_t before = flags_.fetch_and(~flag(interest), std::memory_order_acq_rel);
    if ((before & (flag(interest) | (interest == Interest::readable ? kEnded : 0u))) != 0) return true;
    return interest == Interest::readable && (before & kMarked) != 0 && takeMark();
  }

  /// Sets the flag again, and lets all who wait for it try: one of several has taken the flag, and a part of what it
  /// stood for.
  void passOn(Interest interest) noexcept NETLITE_EXCLUDES(mutex_);

  /// Sets the flag again: the call has not used up what was there. For the only one that waits for it.
  void set(Interest interest) noexcept { flags_.fetch_or(flag(interest), std::memory_order_relaxed); }

  /// Wakes every waiter, so that it checks its socket.
  void wakeAll() noexcept NETLITE_EXCLUDES(mutex_);

  /// Grows when the program has closed the descriptors of a poller. Then every carrier needs a new one.
  static std::uint32_t pollerCount() noexcept { return poller_count_.load(std::memory_order_relaxed); }

  /// Makes the count grow, unless it has grown since it had this value, and returns it. From then on watch() starts
  /// anew for every descriptor.
  static std::uint32_t forgetPollers(std::uint32_t known) noexcept {
    return poller_count_.compare_exchange_strong(known, known + 1, std::memory_order_relaxed) ? known + 1 : known;
  }

  /// Passes an event of a poller on.
  static void notify(const platform::PollEvent& event) noexcept;

 private:
  class Pool;
  friend class Pool;

  enum Flag : std::uint32_t { kReadable = 1, kWritable = 2, kEnded = 4, kMarked = 8 };

  static constexpr std::uint32_t flag(Interest interest) noexcept {
    return interest == Interest::readable ? kReadable : kWritable;
  }

  Readiness() noexcept = default;

  bool takeMark() noexcept {
    return (flags_.fetch_and(~std::uint32_t{kMarked}, std::memory_order_acq_rel) & kMarked) != 0;
  }
  std::error_code watchBy(Carrier& carrier, platform::Handle handle, Interest interest) noexcept
      NETLITE_REQUIRES(mutex_);
  void notify(std::uint32_t generation, const platform::PollEvent& event) noexcept NETLITE_EXCLUDES(mutex_);
  void wake(std::uint32_t flags) noexcept NETLITE_REQUIRES(mutex_);
  void remove(Waiter& waiter) noexcept NETLITE_REQUIRES(mutex_);

  static inline std::atomic<std::uint32_t> poller_count_{1};

  WordMutex mutex_;
  std::atomic<std::uint32_t> flags_{0};
  std::uint32_t index_ = 0;  // set once
  std::uint32_t generation_ NETLITE_GUARDED_BY(mutex_) = 0;
  Waiter* waiters_ NETLITE_GUARDED_BY(mutex_) = nullptr;  // each on the stack of a virtual thread
  // The value of poller_count_ when the watching poller was opened, or its complement where watching ends with an
  // event; 0: no poller watches. Written with mutex_ held.
  std::atomic<std::uint32_t> watched_since_{0};
  std::uint32_t next_free_ = 0;  // an index and 1; guarded by the pool's mutex
  platform::Handle watched_by_ NETLITE_GUARDED_BY(mutex_) = platform::kNoHandle;  // the poller's
};

}  // namespace netlite
