// SPDX-License-Identifier: MIT
#include <netlite/executor_service.hpp>

#include "base/thread_annotations.hpp"
#include "thread/forked.hpp"
#include "thread/strand.hpp"
#include "thread/thread_state.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/exceptions.hpp>
#include <netlite/thread.hpp>

#include <cstddef>
#include <stdexcept>
#include <utility>

namespace netlite {

// What the executor shares with its tasks; the last of them to end destroys it.
class ExecutorService::State {
 public:
  /// Counts a task that is about to start.
  void enter() NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    if (closed_) throw RejectedExecutionException("executor is closed");
    forgetTasksOfParent();
    ++tasks_;
  }

  void leave() noexcept NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    forgetTasksOfParent();
    --tasks_;
    changed_.notifyAll();
  }

  void close() noexcept NETLITE_EXCLUDES(mutex_) {
    const WordMutexLock lock(mutex_);
    closed_ = true;
    forgetTasksOfParent();
    return isOwnTask() ? awaitOtherTasks() : awaitTasks();
  }

  bool isOwnTask() const noexcept {
    return current_strand.thread != nullptr && current_strand.thread->executor == this;
  }

 private:
  void awaitTasks() NETLITE_REQUIRES(mutex_) {
    while (tasks_ != 0) changed_.wait(mutex_);
  }

  void awaitOtherTasks() NETLITE_REQUIRES(mutex_) {
    ++closing_tasks_;
    changed_.notifyAll();
    while (tasks_ > closing_tasks_) changed_.wait(mutex_);
    --closing_tasks_;
  }

  // In a forked child only the thread that called fork exists.
  void forgetTasksOfParent() noexcept NETLITE_REQUIRES(mutex_) {
    if (!forked_.notice()) return;
    tasks_ = isOwnTask() ? 1 : 0;
    closing_tasks_ = 0;
  }

  WordMutex mutex_;
  WordCondition changed_;
  std::size_t tasks_ NETLITE_GUARDED_BY(mutex_) = 0;          // that have not ended
  std::size_t closing_tasks_ NETLITE_GUARDED_BY(mutex_) = 0;  // those of them that are in close()
  bool closed_ NETLITE_GUARDED_BY(mutex_) = false;
  Forked forked_ NETLITE_GUARDED_BY(mutex_);
};

ExecutorService Executors::newVirtualThreadPerTaskExecutor() {
  return ExecutorService(std::make_shared<ExecutorService::State>());
}

ExecutorService::ExecutorService(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

ExecutorService::ExecutorService(ExecutorService&& other) noexcept = default;

ExecutorService& ExecutorService::operator=(ExecutorService&& other) noexcept {
  const std::shared_ptr<State> taken = std::move(other.state_);
  close();
  state_ = taken;
  return *this;
}

ExecutorService::~ExecutorService() { close(); }

void ExecutorService::close() noexcept {
  if (state_ != nullptr) state_->close();
}

void ExecutorService::throwEmptyTask() { throw std::invalid_argument("task is empty"); }

void ExecutorService::execute(std::function<void()> task) {
  if (state_ == nullptr) throw RejectedExecutionException("executor is closed");
  state_->enter();
  try {
    Thread::startVirtualThread([state = state_, task = std::move(task)]() mutable {
      current_strand.thread->executor = state.get();
      task();
      task = nullptr;
      state->leave();
    });
  } catch (...) {
    state_->leave();
    throw;
  }
}

}  // namespace netlite
