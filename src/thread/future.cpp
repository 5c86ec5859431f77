// SPDX-License-Identifier: MIT
#include <netlite/future.hpp>

#include <mutex>
#include <string>

namespace netlite::detail {

void Completion::complete() {
  const std::lock_guard<Mutex> lock(mutex_);
  is_done_ = true;
  completed_.notify_all();
}

bool Completion::isDone() const {
  const std::lock_guard<Mutex> lock(mutex_);
  return is_done_;
}

void Completion::await() const { await(std::chrono::milliseconds::max()); }

void Completion::await(std::chrono::milliseconds timeout) const {
  std::unique_lock<Mutex> lock(mutex_);
  if (completed_.wait_for(lock, timeout, [this] { return is_done_; })) return;
  throw TimeoutException("task has not ended after " + std::to_string(timeout.count()) + " ms");
}

void Completion::claimResult() {
  const std::lock_guard<Mutex> lock(mutex_);
  if (is_claimed_) throw IllegalStateException("result of the task was already moved out");
  is_claimed_ = true;
}

}  // namespace netlite::detail
