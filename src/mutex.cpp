// SPDX-License-Identifier: MIT
//
// The contended road of Mutex.
#include "mutex.hpp"

namespace netlite {

bool Mutex::waitFor(Deadline deadline) {
  std::unique_lock<std::mutex> sleeping(sleepers_mutex_);
  // Whoever takes the lock here leaves it marked as contended: there may be more sleepers than this one.
  while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
    if (deadline.isNever()) {
      sleepers_.wait(sleeping);
    } else if (sleepers_.wait_until(sleeping, deadline.time()) == std::cv_status::timeout) {
      return state_.exchange(kContended, std::memory_order_acquire) == kFree;
    }
  }
  return true;
}

void Mutex::wakeOne() noexcept {
  { std::lock_guard<std::mutex> nobody_is_falling_asleep(sleepers_mutex_); }
  sleepers_.notify_one();
}

}  // namespace netlite
