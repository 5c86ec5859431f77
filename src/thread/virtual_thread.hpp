// SPDX-License-Identifier: MIT
//
// VirtualThread: the control block of a virtual thread, and how it parks.
// Thread-safety: any strand may call unpark(); the other members belong to the virtual thread or to its carrier.
#pragma once

#include "base/deadline.hpp"
#include "thread/arena.hpp"
#include "thread/context/context.hpp"
#include "thread/lazy_text.hpp"
#include "thread/stack_pool.hpp"
#include "thread/strand.hpp"
#include "thread/timer_heap.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace netlite {

class Carrier;
class ThreadState;

/// Lives at the top of its own stack, which is never unmapped. So unpark() may come late, when this virtual thread has
/// ended and another one has its memory: it is only woken for nothing, and everything that parks checks and parks
/// again.
class VirtualThread {
 public:
  /// The one that is running, or null in an OS thread.
  static VirtualThread* current() noexcept { return current_strand.virtual_thread; }

  /// Takes a stack and puts the control block at its top.
  /// @param state     null: made when somebody asks for it
  /// @param stackSize in bytes; 0: the default
  /// @throws std::system_error there is no memory for a stack
  static VirtualThread& create(StackPool& stacks, std::shared_ptr<ThreadState> state, std::size_t stackSize,
                               std::function<void()> body);

  /// Destroys one that was never started.
  void discard() noexcept;

  /// Sets what it runs. Before it starts.
  void setBody(std::function<void()> body) noexcept { body_ = std::move(body); }

  Arena& arena() noexcept { return arena_; }

  VirtualThread(const VirtualThread&) = delete;
  VirtualThread& operator=(const VirtualThread&) = delete;

  /// Parks the running virtual thread until unpark(), which may have come before, or the deadline. May also return
  /// early. Returns false when the deadline came first.
  ///
  /// @param reason describes the wait; without a text, the thread's activity does
  static bool park(Deadline deadline, LazyText reason = {}) noexcept;

  /// Ends the current park(), or the next one.
  void unpark() noexcept;

  /// Lets the others of this carrier run first.
  void yield() noexcept;

  /// Notes a call that did not have to wait. After a number of them in a row the others run first, so that a busy
  /// client does not starve them.
  void countCall() noexcept {
    if (++calls_in_a_row_ >= kCallsInARow) yield();
  }

  /// Sets what names the running thread, if it is a virtual one without a name. The text's object has to live until
  /// this is called again, with an empty text.
  static void setLazyName(LazyText name) noexcept;

  /// For Activity. Returns the one of before. For the running virtual thread.
  LazyText exchangeActivity(LazyText activity) noexcept { return std::exchange(activity_, activity); }
  LazyText activity() const noexcept { return activity_; }

  /// What Thread::currentThread() refers to; made if there is none yet. For the running virtual thread.
  std::shared_ptr<ThreadState> threadState();

 private:
  friend class Carrier;

  // A ping-pong beside four flooded connections takes 79 ms without yielding, 9 ms with 256 calls, 1.6 ms with 32.
  static constexpr int kCallsInARow = 32;

  enum State : std::uint32_t {
    kEnded = 0,  // also what memory is that was given back
    kRunning,    // or in a queue
    kNotified,   // as kRunning, and the next park() returns immediately
    kParked
  };

  struct Timer : TimerHeap::Node {
    explicit Timer(VirtualThread& timed) noexcept : owner(timed) {}
    VirtualThread& owner;
  };

  VirtualThread(const Stack& stack, Arena& arena, std::shared_ptr<ThreadState> state,
                std::function<void()> body) noexcept;
  ~VirtualThread() = default;

  /// Returns whether the stack can be used again. Otherwise objects in the arena are still in use: the last of them
  /// releases the stack.
  bool destroy() noexcept;

  static Context& enter(void* self) noexcept;
  std::string name() const;
  void trim() const noexcept;

  std::atomic<std::uint32_t> state_;  // not initialized by the constructor: a late unpark() may use it at any time

  // From here on: for the carrier's thread alone.
  int calls_in_a_row_ = 0;
  Context context_;
  VirtualThread* next_ = nullptr;  // in the carrier's queue or inbox
  Carrier* carrier_ = nullptr;     // set once
  Strand strand_{};                // while it is not running

  Deadline deadline_ = Deadline::never();  // these three: of the last park()
  LazyText reason_;
  Deadline::Clock::time_point parked_at_{};
  LazyText activity_;
  bool has_timed_out_ = false;
  bool has_run_ = false;  // since its stack was trimmed
  bool is_enlisted_ = false;
  Timer timer_{*this};

  VirtualThread* previous_of_all_ = nullptr;
  VirtualThread* next_of_all_ = nullptr;
  std::shared_ptr<ThreadState> thread_state_;  // these two: guarded by the carrier's names_mutex_
  LazyText lazy_name_;
  std::function<void()> body_;
  const Stack stack_;
  Arena& arena_;  // above this object
};

/// For the calls that a busy client makes over and over.
inline void countCall() noexcept {
  if (VirtualThread* const running = VirtualThread::current()) running->countCall();
}

}  // namespace netlite
