// SPDX-License-Identifier: MIT
#include "thread/parker.hpp"

#include "platform/thread.hpp"

namespace netlite {

// Not a cancellation point, just as pthread_mutex_lock is not one: other strands walk the list that this strand is in.
bool Parker::park(Deadline deadline) {
  const platform::NoCancellation uninterrupted;
  const auto hasPermit = [this] { return has_permit_; };
  std::unique_lock<std::mutex> lock(mutex_);
  if (!deadline.isNever()) return unparked_.wait_until(lock, deadline.time(), hasPermit);
  unparked_.wait(lock, hasPermit);
  return true;
}

// Notifies with the lock held: as soon as it is released, the woken strand may destroy the parker.
void Parker::unpark() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  has_permit_ = true;
  unparked_.notify_one();
}

}  // namespace netlite
