// SPDX-License-Identifier: MIT
#include "thread/carrier.hpp"

#include "platform/stack.hpp"
#include "thread/readiness.hpp"
#include "thread/stack_overflow.hpp"
#include "thread/thread_state.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <thread>
#include <utility>

namespace netlite {

namespace {

using std::chrono::milliseconds;

// A stack that has been idle for this long gives back the memory that it does not use: a madvise takes 2 us, and as
// long again each page that is touched later.
constexpr std::chrono::seconds kTrimInterval{1};

// How long a carrier waits that has lost its poller and cannot open another one.
constexpr milliseconds kPollerRetry{20};

// A carrier that sleeps in a poller whose descriptor the program has closed cannot be woken: nothing refers to the
// poller any more. So no carrier sleeps for longer than this.
constexpr milliseconds kMaxSleep{1000};

thread_local Carrier* current_carrier = nullptr;

}  // namespace

Carrier* Carrier::current() noexcept { return current_carrier; }

Carrier::Carrier(platform::Poller poller) noexcept
    : watching_(poller.watching), waking_(poller.waking), poller_count_(Readiness::pollerCount()) {}

void Carrier::Queue::append(VirtualThread& thread) noexcept {
  thread.next_ = nullptr;
  (first_ == nullptr ? first_ : last_->next_) = &thread;
  last_ = &thread;
}

VirtualThread& Carrier::Queue::take() noexcept {
  VirtualThread& thread = *first_;
  first_ = thread.next_;
  return thread;
}

// ---- the loop -------------------------------------------------------------------------------------------------------

// Looks at descriptors, timers and the inbox once in each round, however many virtual threads are ready to run.
void Carrier::run() noexcept {
  current_carrier = this;
  next_carrier_ = newest_.load(std::memory_order_relaxed);
  while (!newest_.compare_exchange_weak(next_carrier_, this, std::memory_order_release)) {
  }
  context_.emplace();
  installOverflowReporting(nameOnStack);
  for (;;) {
    poll();
    now_ = Deadline::Clock::now();
    fireTimers();
    if (now_ >= next_trim_) trimStacks();
    takeInbox();
    runRound();
  }
}

// A strand that finds is_sleeping_ set wakes the poller. It is set before the inbox is looked at: either this thread
// finds what was put in, or the other one finds it asleep.
void Carrier::poll() noexcept {
  milliseconds timeout(0);
  if (queue_.isEmpty()) {
    is_sleeping_.store(true, std::memory_order_seq_cst);
    if (inbox_.load(std::memory_order_seq_cst) == nullptr) timeout = idleTime();
  }
  platform::PollEvent events[platform::kMaxPollEvents];
  const bool isCurrent = poller_count_ == Readiness::pollerCount();
  const auto count = isCurrent ? platform::poll(poller(), events, timeout) : platform::Result<std::size_t>(0u);
  is_sleeping_.store(false, std::memory_order_relaxed);
  if (!isCurrent || !count) {
    if (!replacePoller()) std::this_thread::sleep_for(kPollerRetry);
    return;
  }
  for (std::size_t i = 0; i < *count; ++i) Readiness::notify(events[i]);
}

milliseconds Carrier::idleTime() const noexcept {
  const Deadline trim = Deadline::at(next_trim_);
  const milliseconds remaining =
      (timers_.isEmpty() ? trim : earlier(trim, Deadline::at(timers_.earliest().time()))).remaining();
  return std::min(remaining, kMaxSleep);
}

bool Carrier::recoverPoller() noexcept {
  const bool isThere = poller_count_ == Readiness::pollerCount() && platform::wakePoller(poller());
  return !isThere && replacePoller();
}

// The program has closed the descriptors of a poller, as daemons do with those that they do not know. They are not
// closed, since their numbers may be in use again by now, perhaps for another carrier's new poller. So all carriers
// replace theirs, and every virtual thread that waits for a descriptor watches it anew.
bool Carrier::replacePoller() noexcept {
  const platform::Result<platform::Poller> opened = platform::openPoller();
  if (!opened) return false;
  watching_.store(opened->watching, std::memory_order_relaxed);
  waking_.store(opened->waking, std::memory_order_relaxed);
  poller_count_ = Readiness::forgetPollers(poller_count_);
  for (VirtualThread* thread = all_; thread != nullptr; thread = thread->next_of_all_) thread->unpark();
  return true;
}

void Carrier::takeInbox() noexcept {
  VirtualThread* last = inbox_.exchange(nullptr, std::memory_order_acquire);
  VirtualThread* first = nullptr;
  while (last != nullptr) {
    VirtualThread* const next = std::exchange(last->next_, first);
    first = std::exchange(last, next);
  }
  while (first != nullptr) {
    VirtualThread& thread = *std::exchange(first, first->next_);
    queue_.append(thread);
  }
}

void Carrier::fireTimers() noexcept {
  while (!timers_.isEmpty() && timers_.earliest().time() <= now_) {
    VirtualThread& thread = static_cast<VirtualThread::Timer&>(timers_.earliest()).owner;
    timers_.remove(thread.timer_);
    fire(thread);
  }
}

// A virtual thread that parks again and again with a timeout keeps its first timer, which is looked at only when it
// fires. So a timeout costs no work for each wait.
void Carrier::fire(VirtualThread& thread) noexcept {
  const bool isParked = thread.state_.load(std::memory_order_relaxed) == VirtualThread::kParked;
  if (!isParked || thread.deadline_.isNever()) return;
  if (thread.deadline_.time() > now_) return timers_.insert(thread.timer_, thread.deadline_.time());
  std::uint32_t expected = VirtualThread::kParked;
  if (!thread.state_.compare_exchange_strong(expected, VirtualThread::kNotified, std::memory_order_acq_rel)) return;
  thread.has_timed_out_ = true;
  queue_.append(thread);
}

void Carrier::runRound() noexcept {
  Queue round = std::exchange(queue_, {});
  while (!round.isEmpty()) resume(round.take());
}

void Carrier::resume(VirtualThread& thread) noexcept {
  if (!thread.is_enlisted_) enlist(thread);
  current_strand = thread.strand_;
  current_strand.virtual_thread = &thread;
  running_.store(&thread, std::memory_order_release);
  count();
  context_->switchTo(thread.context_);
  count();
  if (ended_ != nullptr) return release(*std::exchange(ended_, nullptr));
  checkForOverflow(thread.stack_, nameOnStack);
  thread.strand_ = current_strand;
  current_strand = {};
}

void Carrier::count() noexcept {
  switch_count_.store(switch_count_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

// ---- starting and ending --------------------------------------------------------------------------------------------

void Carrier::start(VirtualThread& created) noexcept {
  created.carrier_ = this;
  load_.fetch_add(1, std::memory_order_relaxed);
  schedule(created);
}

void Carrier::schedule(VirtualThread& thread) noexcept {
  if (current_carrier == this) return queue_.append(thread);
  VirtualThread* last = inbox_.load(std::memory_order_relaxed);
  do {
    thread.next_ = last;
  } while (!inbox_.compare_exchange_weak(last, &thread, std::memory_order_seq_cst, std::memory_order_relaxed));
  if (is_sleeping_.load(std::memory_order_seq_cst) && is_sleeping_.exchange(false, std::memory_order_seq_cst)) {
    platform::wakePoller(poller());
  }
}

Context& Carrier::end(VirtualThread& thread) noexcept {
  current_strand = {};
  ended_ = &thread;
  return *context_;
}

void Carrier::release(VirtualThread& ended) noexcept {
  checkForOverflow(ended.stack_, nameOnStack);
  if (ended.timer_.isListed()) timers_.remove(ended.timer_);
  delist(ended);
  setThreadState(ended, nullptr);
  const Stack stack = ended.stack_;
  load_.fetch_sub(1, std::memory_order_relaxed);
  if (ended.destroy()) stacks_.release(stack);
}

void Carrier::enlist(VirtualThread& thread) noexcept {
  thread.is_enlisted_ = true;
  thread.next_of_all_ = all_;
  if (all_ != nullptr) all_->previous_of_all_ = &thread;
  all_ = &thread;
}

void Carrier::delist(VirtualThread& thread) noexcept {
  (thread.previous_of_all_ == nullptr ? all_ : thread.previous_of_all_->next_of_all_) = thread.next_of_all_;
  if (thread.next_of_all_ != nullptr) thread.next_of_all_->previous_of_all_ = thread.previous_of_all_;
}

// ---- parking --------------------------------------------------------------------------------------------------------

void Carrier::park(VirtualThread& thread) noexcept {
  thread.parked_at_ = now_;
  thread.has_run_ = true;
  if (next_trim_ == Deadline::Clock::time_point::max()) next_trim_ = now_ + kTrimInterval;
  setTimer(thread);
  thread.context_.switchTo(*context_);
}

void Carrier::yield(VirtualThread& thread) noexcept {
  queue_.append(thread);
  thread.context_.switchTo(*context_);
}

void Carrier::setTimer(VirtualThread& thread) noexcept {
  if (thread.deadline_.isNever()) return;
  if (thread.timer_.isListed()) {
    if (thread.timer_.time() <= thread.deadline_.time()) return;
    timers_.remove(thread.timer_);
  }
  timers_.insert(thread.timer_, thread.deadline_.time());
}

// Looks again as long as a virtual thread has run since its stack was trimmed. If all are idle, so is the carrier.
void Carrier::trimStacks() noexcept {
  next_trim_ = Deadline::Clock::time_point::max();
  for (VirtualThread* thread = all_; thread != nullptr; thread = thread->next_of_all_) {
    if (!thread->has_run_) continue;
    const bool isIdle = thread->state_.load(std::memory_order_relaxed) == VirtualThread::kParked &&
                        now_ - thread->parked_at_ >= kTrimInterval;
    if (!isIdle) {
      next_trim_ = now_ + kTrimInterval;
      continue;
    }
    thread->has_run_ = false;
    thread->trim();
  }
}

// ---- names ----------------------------------------------------------------------------------------------------------

void Carrier::setThreadState(VirtualThread& thread, std::shared_ptr<ThreadState> state) noexcept {
  const WordMutexLock lock(names_mutex_);
  thread.thread_state_.swap(state);
}

void Carrier::setLazyName(VirtualThread& thread, LazyText name) noexcept {
  const WordMutexLock lock(names_mutex_);
  thread.lazy_name_ = name;
}

std::string Carrier::nameOfRunning(std::uint32_t switchCount) {
  const WordMutexLock lock(names_mutex_);
  if (switchCount % 2 == 0) return "";  // then the last one that ran may have ended
  const VirtualThread* const running = running_.load(std::memory_order_acquire);
  const bool stillRuns = switch_count_.load(std::memory_order_acquire) == switchCount;
  return stillRuns ? running->name() : "";
}

const char* Carrier::nameOnStack(void*) noexcept {
  const VirtualThread* const running = current_carrier->running_.load(std::memory_order_relaxed);
  return running->thread_state_ == nullptr ? "(unnamed)" : running->thread_state_->name().c_str();
}

// A lock that the descriptions need is waited for as in an OS thread, for the few instructions that another carrier
// holds it: if the caller parked, the virtual thread that it describes could run and end.
std::string Carrier::describeAll() const {
  std::string text;
  VirtualThread* const self = std::exchange(current_strand.virtual_thread, nullptr);
  for (const VirtualThread* thread = all_; thread != nullptr; thread = thread->next_of_all_) {
    if (thread != self) text += describe(*thread) + '\n';
  }
  current_strand.virtual_thread = self;
  return text;
}

std::string Carrier::describe(const VirtualThread& thread) const {
  if (thread.state_.load(std::memory_order_relaxed) != VirtualThread::kParked) return thread.name() + ": ready to run";
  const auto parked = std::chrono::duration_cast<milliseconds>(Deadline::Clock::now() - thread.parked_at_);
  return thread.name() + ": waiting for " + std::to_string(parked.count()) +
         " ms: " + thread.reason_.textOr("another thread");
}

}  // namespace netlite
