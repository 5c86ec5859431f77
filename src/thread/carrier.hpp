// SPDX-License-Identifier: MIT
//
// Carrier: an OS thread that runs virtual threads, one at a time, each from its start to its end.
// Thread-safety: the public members may be called from any strand, except where they say otherwise.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "platform/poller.hpp"
#include "thread/context/context.hpp"
#include "thread/stack_pool.hpp"
#include "thread/timer_heap.hpp"
#include "thread/virtual_thread.hpp"
#include "thread/word_mutex.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace netlite {

/// A virtual thread never moves to another carrier. So the addresses of thread-local variables, which compilers keep
/// across calls, stay right; and only the carrier's own thread touches the queue, the timers and what is parked.
class Carrier {
 public:
  /// The carrier whose thread is calling, or null.
  static Carrier* current() noexcept;

  explicit Carrier(platform::Poller poller) noexcept;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  /// Forgets the carriers of the parent, which do not exist in a forked child.
  static void forgetAll() noexcept { newest_.store(nullptr, std::memory_order_relaxed); }

  /// Runs virtual threads forever, in the thread that is to be the carrier.
  [[noreturn]] void run() noexcept;

  /// Adopts a new virtual thread.
  void start(VirtualThread& created) noexcept;

  /// Queues a virtual thread of this carrier that is to run.
  void schedule(VirtualThread& thread) noexcept;

  /// How many virtual threads it has.
  std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }

  /// Grows with each switch. Odd while a virtual thread runs.
  std::uint32_t switchCount() const noexcept { return switch_count_.load(std::memory_order_acquire); }

  /// The name of the virtual thread that has been running since the count had this value; empty if none has.
  std::string nameOfRunning(std::uint32_t switchCount) NETLITE_EXCLUDES(names_mutex_);

  /// What watches descriptors for this carrier. For its own thread.
  platform::Poller poller() const noexcept { return {watching_, waking_}; }

  /// The value of Readiness::pollerCount() when it got this poller. For its own thread.
  std::uint32_t pollerCount() const noexcept { return poller_count_; }

  /// Replaces the poller if the program has closed its descriptors. Returns whether it was replaced. For its own
  /// thread.
  bool recoverPoller() noexcept;

  /// For its own thread.
  StackPool& stacks() noexcept { return stacks_; }

  /// Describes each virtual thread of this carrier, except the calling one, in a line.
  std::string describeAll() const;

 private:
  friend class VirtualThread;

  class Queue {
   public:
    bool isEmpty() const noexcept { return first_ == nullptr; }
    void append(VirtualThread& thread) noexcept;
    VirtualThread& take() noexcept;

   private:
    VirtualThread* first_ = nullptr;
    VirtualThread* last_ = nullptr;
  };

  static const char* nameOnStack(void* bottom) noexcept;

  void poll() noexcept;
  std::chrono::milliseconds idleTime() const noexcept;
  bool replacePoller() noexcept;
  void takeInbox() noexcept;
  void fireTimers() noexcept;
  void fire(VirtualThread& thread) noexcept;
  void runRound() noexcept;
  void resume(VirtualThread& thread) noexcept;
  void count() noexcept;
  void release(VirtualThread& ended) noexcept NETLITE_EXCLUDES(names_mutex_);
  void enlist(VirtualThread& thread) noexcept;
  void delist(VirtualThread& thread) noexcept;
  void trimStacks() noexcept;
  std::string describe(const VirtualThread& thread) const;

  void park(VirtualThread& thread) noexcept;
  void yield(VirtualThread& thread) noexcept;
  Context& end(VirtualThread& thread) noexcept;
  void setTimer(VirtualThread& thread) noexcept;
  void setThreadState(VirtualThread& thread, std::shared_ptr<ThreadState> state) noexcept
      NETLITE_EXCLUDES(names_mutex_);

  void setLazyName(VirtualThread& thread, LazyText name) noexcept NETLITE_EXCLUDES(names_mutex_);

  // All carriers, which are never destroyed. For tools/gdb_virtual_threads.py, as all_ and running_ are, too.
  static inline std::atomic<Carrier*> newest_{nullptr};
  Carrier* next_carrier_ = nullptr;

  std::atomic<VirtualThread*> inbox_{nullptr};  // to run, from other OS threads; the last one first
  std::atomic<bool> is_sleeping_{false};        // in the poller; who sets it to false wakes the carrier
  std::atomic<std::size_t> load_{0};
  std::atomic<std::uint32_t> switch_count_{0};  // these two: written by the carrier's own thread
  std::atomic<VirtualThread*> running_{nullptr};
  WordMutex names_mutex_;  // guards the thread_state_ and lazy_name_ of each virtual thread

  std::atomic<platform::Handle> watching_;  // these two: the poller's; written by the carrier's own thread
  std::atomic<platform::Handle> waking_;

  // From here on: for the carrier's own thread alone.
  std::uint32_t poller_count_;
  std::optional<Context> context_;  // made by the carrier's own thread, whose exception state it has
  Queue queue_;
  TimerHeap timers_;
  Deadline::Clock::time_point now_{};  // when this round began
  Deadline::Clock::time_point next_trim_ = Deadline::Clock::time_point::max();
  VirtualThread* ended_ = nullptr;  // the one that was running and has just ended
  VirtualThread* all_ = nullptr;
  StackPool stacks_;
};

}  // namespace netlite
