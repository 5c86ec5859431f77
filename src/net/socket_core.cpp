// SPDX-License-Identifier: MIT
//
// Closing from any thread, and waiting for descriptors.
// Thread-safety: see the header.
#include "net/socket_core.hpp"

#include "platform/socket.hpp"
#include "thread/blocking_pool.hpp"
#include "thread/descriptor_parker.hpp"
#include "thread/no_cancellation.hpp"
#include "thread/virtual_thread.hpp"

#include <algorithm>
#include <chrono>

namespace netlite {

namespace {

bool anyReady(const platform::WaitEntry* entries, std::size_t count) {
  return std::any_of(entries, entries + count, [](const platform::WaitEntry& entry) { return entry.ready; });
}

// Upper bound on the input drained before close, so that a peer that never stops cannot hold it up.
constexpr int kMaxDrainRounds = 64;
constexpr std::size_t kDrainSize = 4096;

bool drainSome(platform::Handle handle) {
  if (platform::available(handle).count == 0) return false;
  char dropped[kDrainSize];
  platform::receive(handle, dropped, sizeof dropped, false);
  return true;
}

void drainInput(platform::Handle handle) {
  const NoCancellation uninterrupted;  // the caller is noexcept
  if (!drainSome(handle)) return;
  int rounds = kMaxDrainRounds;
  while (--rounds > 0 && drainSome(handle)) {
  }
  // On a socket whose input is shut down, Linux sends the window update only together with the FIN. Without it a peer
  // that is blocked in a write stays blocked until its kernel gives up.
  platform::shutdownOutput(handle);
  while (--rounds > 0 && drainSome(handle)) {
  }
}

}  // namespace

// A thread in wait(), which is in the core's list while this object lives.
class SocketCore::Waiter {
 public:
  explicit Waiter(SocketCore& core) NETLITE_EXCLUDES(core.waiters_mutex_) : core_(core) {
    const WordMutexLock lock(core_.waiters_mutex_);
    if (core_.waiters_mark_ != platform::processMark()) core_.waiters_ = nullptr;  // threads of the parent process
    core_.waiters_mark_ = platform::processMark();
    next_ = core_.waiters_;
    if (next_ != nullptr) next_->previous_ = this;
    core_.waiters_ = this;
  }

  ~Waiter() {
    const WordMutexLock lock(core_.waiters_mutex_);
    (previous_ == nullptr ? core_.waiters_ : previous_->next_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }

  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  DescriptorParker& parker() noexcept { return parker_; }
  Waiter* next() const noexcept { return next_; }

 private:
  DescriptorParker parker_;
  SocketCore& core_;
  Waiter* next_ = nullptr;  // these two: guarded by core_.waiters_mutex_
  Waiter* previous_ = nullptr;
};

// Counts a thread that waits in waitAlone() for room to write.
class SocketCore::LoneWriter {
 public:
  LoneWriter(SocketCore& core, platform::Interest interest) noexcept
      : core_(core), writes_(interest == platform::Interest::writable) {
    if (writes_) core_.lone_writers_.fetch_add(1, std::memory_order_seq_cst);
  }
  ~LoneWriter() {
    if (writes_) core_.lone_writers_.fetch_sub(1, std::memory_order_acq_rel);
  }
  LoneWriter(const LoneWriter&) = delete;
  LoneWriter& operator=(const LoneWriter&) = delete;

 private:
  SocketCore& core_;
  const bool writes_;
};

// Resets a core that comes from the parent process, with no calls in flight. Returns whether the socket is open; then
// `state` is the new state.
bool SocketCore::inherit(std::uint32_t& state) noexcept {
  const bool isOurs = (state & platform::kMarkBits) == platform::processMark();
  if (isOurs) return (state & kClosing) == 0;
  is_inherited_.store(true, std::memory_order_relaxed);
  readiness_.store(nullptr, std::memory_order_relaxed);  // the parent's: its carriers do not exist here
  const std::uint32_t fresh = platform::processMark() | (state & kClosing);
  if (!state_.compare_exchange_strong(state, fresh, std::memory_order_acq_rel)) return inherit(state);
  state = fresh;
  if ((fresh & kClosing) == 0) return true;
  release();  // the calls in flight that would have freed the descriptor do not exist here
  return false;
}

bool SocketCore::startClosing() noexcept {
  // Closing is itself a call in flight, or the descriptor could be freed while the others are being woken.
  std::uint32_t state = state_.load(std::memory_order_relaxed);
  do {
    if ((state & ~kInFlight) != platform::processMark() && !inherit(state)) return false;
  } while (!state_.compare_exchange_weak(state, (state + 1) | kClosing, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
  return true;
}

void SocketCore::close() noexcept {
  if (!startClosing()) return;
  if ((state_.load(std::memory_order_relaxed) & kInFlight) != 1) {
    wakeWaiters();
    wakeSystemCalls();
  }
  leave();
}

// Not in a forked child: the parent would notice a shutdown, and no call of the child blocks inside the system.
void SocketCore::wakeSystemCalls() noexcept {
  if (isInherited() || handle() == platform::kNoHandle) return;
  platform::wakeBlockedCalls(handle(), lone_writers_.load(std::memory_order_seq_cst) > 0);
}

// A descriptor that is older than the last fork may be shared with another process, which still needs the input.
void SocketCore::release() noexcept {
  dropReadiness();
  const platform::Handle handle = handle_.exchange(platform::kNoHandle, std::memory_order_acq_rel);
  if (handle == platform::kNoHandle) return;
  const bool mayBeShared = fork_count_ != platform::forkCount();
  if (drains_input_.load(std::memory_order_relaxed) && !mayBeShared) drainInput(handle);
  if (!lingers_.load(std::memory_order_relaxed)) return platform::close(handle);
  BlockingPool::runBlocking([handle] { platform::close(handle); });
}

SocketCore::Waited SocketCore::waitFor(platform::Interest interest, Deadline deadline, LazyText reason) {
  assert(isPinned());
  platform::WaitEntry entry{handle(), interest, false};
  if (VirtualThread::current() != nullptr) return waitVirtual(entry, deadline, reason);
  const bool needsWaker =
      interest == platform::Interest::writable && writers_need_waker_.load(std::memory_order_relaxed);
  if (platform::shutdownEndsWaits() && mayBlock() && !needsWaker) return waitAlone(entry, deadline);
  return wait(&entry, 1, deadline);
}

// Needs no waker: close(), shutdownInput() and shutdownOutput() end it by a shutdown of the descriptor.
SocketCore::Waited SocketCore::waitAlone(platform::WaitEntry& entry, Deadline deadline) {
  const LoneWriter counted(*this, entry.interest);
  for (;;) {
    // Only after a writer has been counted: a close that comes later shuts the output down, too.
    if (isClosed()) return {WaitResult::closed, {}};
    const std::error_code error = platform::wait(&entry, 1, {}, deadline.remaining());
    if (isClosed()) return {WaitResult::closed, {}};
    if (error) return {WaitResult::failed, error};
    if (entry.ready) return {WaitResult::ready, {}};
    if (deadline.hasPassed()) return {WaitResult::timedOut, {}};
  }
}

// Only the descriptor's own carrier knows of changes. It may be late, so the system is asked when the deadline comes.
SocketCore::Waited SocketCore::waitVirtual(platform::WaitEntry& entry, Deadline deadline, LazyText reason) {
  Readiness& known = readiness();
  if (known.take(entry.interest)) return {WaitResult::ready, {}};
  const Readiness::Waiter waiter(known, entry.interest);
  for (;;) {
    if (const std::error_code error = known.watch(entry.handle, entry.interest)) return {WaitResult::failed, error};
    // Only after the waiter is in the list: a close that comes later finds and wakes it.
    if (isClosed()) return {WaitResult::closed, {}};
    if (known.take(entry.interest) || waiter.wasWoken()) return {WaitResult::ready, {}};
    if (VirtualThread::park(deadline, reason)) continue;
    if (const std::error_code error = platform::wait(&entry, 1, {}, std::chrono::milliseconds(0))) {
      return {WaitResult::failed, error};
    }
    if (entry.ready) return {WaitResult::ready, {}};
    if (!isClosed() && !waiter.wasWoken()) return {WaitResult::timedOut, {}};
  }
}

Readiness& SocketCore::readiness() {
  Readiness* known = readiness_.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  Readiness& acquired = Readiness::acquire();
  if (readiness_.compare_exchange_strong(known, &acquired, std::memory_order_seq_cst)) return acquired;
  acquired.release();
  return *known;
}

// A process that was forked meanwhile keeps the descriptor open, and so the poller would go on watching it.
void SocketCore::dropReadiness() noexcept {
  Readiness* const known = readiness_.exchange(nullptr, std::memory_order_acq_rel);
  if (known == nullptr) return;
  if (fork_count_ != platform::forkCount()) known->unwatch(handle());
  known->release();
}

SocketCore::Waited SocketCore::wait(platform::WaitEntry* entries, std::size_t count, Deadline deadline) {
  if (platform::keptWaker().waiting == platform::kNoHandle) {
    // If an entry is ready already, which is frequent over loopback, no waker is needed.
    const std::error_code error = platform::wait(entries, count, {}, std::chrono::milliseconds(0));
    if (isClosed()) return {WaitResult::closed, {}};
    if (error) return {WaitResult::failed, error};
    if (anyReady(entries, count)) return {WaitResult::ready, {}};
  }
  Waiter waiter(*this);
  for (;;) {
    // Only after the waiter is in the list: a close that comes later finds and wakes it.
    if (isClosed()) return {WaitResult::closed, {}};
    const std::error_code failure = waiter.parker().park(entries, count, deadline);
    if (isClosed()) return {WaitResult::closed, {}};
    if (failure) return {WaitResult::failed, failure};
    if (anyReady(entries, count) || waiter.parker().wasUnparked()) return {WaitResult::ready, {}};
    if (deadline.hasPassed()) return {WaitResult::timedOut, {}};
  }
}

void SocketCore::wakeWaiters() noexcept {
  if (Readiness* const known = readiness_.load(std::memory_order_seq_cst)) known->wakeAll();
  const WordMutexLock lock(waiters_mutex_);
  if (waiters_mark_ != platform::processMark()) return;
  for (Waiter* waiter = waiters_; waiter != nullptr; waiter = waiter->next()) waiter->parker().unpark();
}

}  // namespace netlite
