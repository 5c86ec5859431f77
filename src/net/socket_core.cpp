// SPDX-License-Identifier: MIT
//
// Closing from any thread, and the one place where netlite waits.
// Thread-safety: see the header.
#include "net/socket_core.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace netlite {

namespace {

// A waker for one wait, of a thread that cannot keep it.
class OwnedWaker {
 public:
  explicit OwnedWaker(platform::Waker waker) noexcept : waker_(waker) {}
  ~OwnedWaker() { platform::closeWaker(waker_); }
  OwnedWaker(const OwnedWaker&) = delete;
  OwnedWaker& operator=(const OwnedWaker&) = delete;

 private:
  const platform::Waker waker_;
};

bool anyReady(const platform::WaitEntry* entries, std::size_t count) {
  return std::any_of(entries, entries + count, [](const platform::WaitEntry& entry) { return entry.ready; });
}

// At most this much unread input is taken out before a socket closes: a peer that never stops must not hold up close.
constexpr int kDrainRounds = 64;
constexpr std::size_t kDrainSize = 4096;

bool takeSomeInput(platform::Handle handle) {
  if (platform::available(handle).count == 0) return false;
  char dropped[kDrainSize];
  platform::receive(handle, dropped, sizeof dropped, false);
  return true;
}

void drainInput(platform::Handle handle) {
  if (!takeSomeInput(handle)) return;
  int rounds = kDrainRounds;
  while (--rounds > 0 && takeSomeInput(handle)) {
  }
  // Not before: on a socket whose input is shut down, Linux tells the peer of the room there is now only along with
  // the end. Untold, a peer that waits in a write would go on waiting until its own system loses patience.
  platform::shutdownOutput(handle);
  while (--rounds > 0 && takeSomeInput(handle)) {
  }
}

}  // namespace

struct SocketCore::Waiter {
  Waiter(SocketCore& owner, platform::Waker own) noexcept : core(owner), waker(own) {
    std::lock_guard<Mutex> lock(core.waiters_mutex_);
    next = core.waiters_;
    core.waiters_ = this;
  }

  ~Waiter() {
    std::lock_guard<Mutex> lock(core.waiters_mutex_);
    Waiter** link = &core.waiters_;
    while (*link != this) link = &(*link)->next;
    *link = next;
    if (signalled) platform::resetWaker(waker);
  }

  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  bool wasSignalled() const {
    std::lock_guard<Mutex> lock(core.waiters_mutex_);
    return signalled;
  }

  SocketCore& core;
  const platform::Waker waker;
  Waiter* next = nullptr;  // guarded by core.waiters_mutex_
  bool signalled = false;  // guarded by core.waiters_mutex_
};

bool SocketCore::startClosing() noexcept {
  // Closing is itself a call in flight, or the descriptor could be freed while the others are being woken.
  std::uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if ((state & kClosing) != 0) return false;
  } while (!state_.compare_exchange_weak(state, (state + 1) | kClosing, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  return true;
}

void SocketCore::close() noexcept {
  if (!startClosing()) return;
  if (state_.load(std::memory_order_relaxed) != (kClosing | 1)) {
    wakeWaiters();
    if (handle() != platform::kNoHandle) platform::wakeBlockedCalls(handle());
  }
  leave();
}

void SocketCore::release() noexcept {
  const platform::Handle handle = replaceHandle(platform::kNoHandle);
  if (handle == platform::kNoHandle) return;
  if (input_may_be_queued_.load(std::memory_order_relaxed)) drainInput(handle);
  platform::close(handle);
}

SocketCore::Waited SocketCore::wait(platform::Interest interest, Deadline deadline) {
  platform::WaitEntry entry{handle(), interest, false};
  return wait(&entry, 1, deadline);
}

SocketCore::Waited SocketCore::wait(platform::WaitEntry* entries, std::size_t count, Deadline deadline) {
  const platform::Waker kept = platform::keptWaker();
  if (kept.waiting != platform::kNoHandle) return waitWith(kept, entries, count, deadline);
  // A thread that never really has to wait, as over loopback, should not be given a descriptor for it.
  const std::error_code error = platform::wait(entries, count, {}, std::chrono::milliseconds(0));
  if (isClosed()) return {WaitResult::closed, {}};
  if (error) return {WaitResult::failed, error};
  if (anyReady(entries, count)) return {WaitResult::ready, {}};
  const platform::OpenedWaker opened = platform::openWaker();
  if (opened.error) return {WaitResult::failed, opened.error};
  if (platform::keepWaker(opened.waker)) return waitWith(opened.waker, entries, count, deadline);
  const OwnedWaker owned(opened.waker);  // a thread's, or the program's, last destructors are running
  return waitWith(opened.waker, entries, count, deadline);
}

SocketCore::Waited SocketCore::waitWith(platform::Waker waker, platform::WaitEntry* entries, std::size_t count,
                                        Deadline deadline) {
  Waiter waiter(*this, waker);
  for (;;) {
    // Only after the waiter is in the list: a close that comes later finds and signals it.
    if (isClosed()) return {WaitResult::closed, {}};
    const std::error_code error = platform::wait(entries, count, waker, deadline.remaining());
    if (isClosed()) return {WaitResult::closed, {}};
    if (error) return {WaitResult::failed, error};
    if (anyReady(entries, count) || waiter.wasSignalled()) return {WaitResult::ready, {}};
    if (deadline.hasPassed()) return {WaitResult::timedOut, {}};
  }
}

void SocketCore::wakeWaiters() noexcept {
  std::lock_guard<Mutex> lock(waiters_mutex_);
  for (Waiter* waiter = waiters_; waiter != nullptr; waiter = waiter->next) {
    waiter->signalled = true;
    platform::signalWaker(waiter->waker);
  }
}

}  // namespace netlite
