// SPDX-License-Identifier: MIT
#include "thread/parker.hpp"

#include "platform/thread.hpp"
#include "thread/virtual_thread.hpp"

namespace netlite {

// Not a cancellation point, just as pthread_mutex_lock is not one: other strands walk the list that this strand is in.
bool Parker::park(Deadline deadline) {
  if (thread_ != nullptr) return parkVirtualThread(deadline);
  const platform::NoCancellation uninterrupted;
  const auto hasPermit = [this] { return has_permit_.load(std::memory_order_relaxed); };
  std::unique_lock<std::mutex> lock(mutex_);
  if (!deadline.isNever()) return unparked_.wait_until(lock, deadline.time(), hasPermit);
  unparked_.wait(lock, hasPermit);
  return true;
}

bool Parker::parkVirtualThread(Deadline deadline) {
  while (!has_permit_.load(std::memory_order_acquire)) {
    if (!VirtualThread::park(deadline)) return has_permit_.load(std::memory_order_acquire);
  }
  return true;
}

// Notifies an OS thread with the lock held: as soon as it is released, the woken strand may destroy the parker. The
// control block of a virtual thread outlives that.
void Parker::unpark() noexcept {
  if (VirtualThread* const thread = thread_) {
    has_permit_.store(true, std::memory_order_release);
    return thread->unpark();
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  has_permit_.store(true, std::memory_order_relaxed);
  unparked_.notify_one();
}

}  // namespace netlite
