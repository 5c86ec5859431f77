// SPDX-License-Identifier: MIT
#include <netlite/thread.hpp>

#include "base/arguments.hpp"
#include "base/deadline.hpp"
#include "thread/activity.hpp"
#include "thread/blocking_pool.hpp"
#include "thread/parker.hpp"
#include "thread/strand.hpp"
#include "thread/thread_state.hpp"
#include "thread/virtual_scheduler.hpp"

#include <stdexcept>
#include <thread>
#include <utility>

namespace netlite {

namespace {

void refuseToJoinItself(const ThreadState& state) {
  if (current_strand.thread == &state) throw IllegalStateException("join " + state.name() + ": by the thread itself");
}

}  // namespace

Thread::Builder Thread::ofVirtual() { return Builder(true); }

Thread::Builder Thread::ofPlatform() { return Builder(false); }

Thread Thread::currentThread() { return Thread(ThreadState::current()); }

void Thread::sleep(std::chrono::milliseconds time) {
  if (checkedTimeout(time).count() == 0) return yield();
  const auto what = [] { return "the end of its sleep"; };
  const Activity sleeping(lazyText(what));
  Parker().park(Deadline::within(time));
}

void Thread::yield() noexcept { isCurrentVirtual() ? virtual_scheduler::yield() : std::this_thread::yield(); }

Thread::Thread(std::shared_ptr<ThreadState> state) noexcept : state_(std::move(state)) {}

void Thread::join() const { join(std::chrono::milliseconds::max()); }

bool Thread::join(std::chrono::milliseconds timeout) const {
  checkedTimeout(timeout);
  refuseToJoinItself(*state_);
  return state_->awaitEnd(Deadline::within(timeout));
}

bool Thread::isAlive() const { return state_->isAlive(); }

bool Thread::isVirtual() const noexcept { return state_->isVirtual(); }

std::string Thread::getName() const { return state_->name(); }

std::uint64_t Thread::getId() const noexcept { return state_->id(); }

bool Thread::isCurrentVirtual() noexcept { return ThreadState::isCurrentVirtual(); }

void Thread::runInHelper(const std::function<void()>& call) { BlockingPool::shared().run(call); }

Thread::Builder& Thread::Builder::name(std::string text) {
  name_ = std::move(text);
  return *this;
}

Thread::Builder& Thread::Builder::stackSize(std::size_t bytes) {
  stack_size_ = bytes;
  return *this;
}

Thread Thread::Builder::startFunction(std::function<void()> task) const {
  if (!task) throw std::invalid_argument("task is empty");
  const bool isVirtual = is_virtual_ && virtual_scheduler::isAvailable();
  const bool isSubstitute = is_virtual_ && !isVirtual;
  const auto state = std::make_shared<ThreadState>(name_, isVirtual);
  state->start(isSubstitute ? virtual_scheduler::stackSizeOfSubstitute(stack_size_) : stack_size_, std::move(task));
  return Thread(state);
}

}  // namespace netlite
