// SPDX-License-Identifier: MIT
#include "thread/thread_state.hpp"

#include "platform/process.hpp"
#include "platform/thread.hpp"
#include "thread/os_thread.hpp"
#include "thread/strand.hpp"
#include "thread/virtual_scheduler.hpp"
#include "thread/virtual_thread.hpp"

#include <utility>

namespace netlite {

namespace {

using SharedState = std::shared_ptr<ThreadState>;

std::uint64_t nextId() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void keepCurrentThread() {
  if (current_strand.thread != nullptr) current_strand.thread->surviveFork();
}

platform::ForkRepair keep_current_thread{keepCurrentThread};

[[maybe_unused]] const bool is_registered = (platform::repairInForkedChild(keep_current_thread), true);

}  // namespace

ThreadState::ThreadState(std::string name, bool isVirtual)
    : id_(nextId()),
      name_(name.empty() ? "Thread-" + std::to_string(id_) : std::move(name)),
      is_virtual_(isVirtual),
      mark_(platform::processMark()) {}

SharedState ThreadState::current() {
  if (current_strand.thread != nullptr) return current_strand.thread->shared_from_this();
  if (VirtualThread* const running = VirtualThread::current()) return running->threadState();
  const auto state = std::make_shared<ThreadState>(std::string(), false);
  if (!state->becomeCurrentOsThread()) state->end();  // the thread is ending, so nothing would report its end
  return state;
}

bool ThreadState::isCurrentVirtual() noexcept { return VirtualThread::current() != nullptr; }

void ThreadState::start(std::size_t stackSize, std::function<void()> task) {
  SharedState self = shared_from_this();
  if (is_virtual_) {
    auto body = [self, task = std::move(task)]() mutable { self->runInVirtualThread(std::move(task)); };
    return virtual_scheduler::start(std::move(self), stackSize, std::move(body));
  }
  auto body = [self = std::move(self), task = std::move(task)]() mutable { self->runInOsThread(std::move(task)); };
  OsThread(stackSize, std::move(body), "start a thread").detach();
}

// The task is destroyed before the end is reported.
void ThreadState::runInVirtualThread(std::function<void()> task) noexcept {
  current_strand.thread = this;
  task();
  task = nullptr;
  end();
}

// The end is reported after the destructors of the task's thread_local variables.
void ThreadState::runInOsThread(std::function<void()> task) noexcept {
  const bool reportsEnd = becomeCurrentOsThread();
  current_strand.thread = this;
  task();
  task = nullptr;
  if (reportsEnd) return;
  current_strand.thread = nullptr;
  end();
}

bool ThreadState::becomeCurrentOsThread() {
  const auto endThread = [](void* owner) {
    const std::unique_ptr<SharedState> state(static_cast<SharedState*>(owner));
    current_strand.thread = nullptr;
    (*state)->end();
  };
  auto owner = std::make_unique<SharedState>(shared_from_this());
  if (!platform::callAtThreadEnd(endThread, owner.get())) return false;
  static_cast<void>(owner.release());  // the thread owns it now
  current_strand.thread = this;
  return true;
}

void ThreadState::end() noexcept {
  const WordMutexLock lock(mutex_);
  has_ended_ = true;
  ended_.notifyAll();
}

bool ThreadState::hasEnded() const {
  return has_ended_ || mark_.load(std::memory_order_relaxed) != platform::processMark();
}

bool ThreadState::isAlive() {
  const WordMutexLock lock(mutex_);
  return !hasEnded();
}

bool ThreadState::awaitEnd(Deadline deadline) {
  const WordMutexLock lock(mutex_);
  while (!hasEnded()) {
    if (!ended_.waitUntil(mutex_, deadline)) return hasEnded();
  }
  return true;
}

void ThreadState::surviveFork() noexcept { mark_.store(platform::processMark(), std::memory_order_relaxed); }

}  // namespace netlite
