// SPDX-License-Identifier: MIT
#include <netlite/semaphore.hpp>

#include <netlite/exceptions.hpp>

#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>

namespace netlite {

namespace {

int checkedPermits(int permits) {
  if (permits >= 0) return permits;
  throw std::invalid_argument("permits must not be negative: " + std::to_string(permits));
}

}  // namespace

Semaphore::Semaphore(int permits) : permits_(checkedPermits(permits)) {}

void Semaphore::acquire() { tryAcquire(std::chrono::milliseconds::max()); }

bool Semaphore::tryAcquire(std::chrono::milliseconds timeout) {
  std::unique_lock<Mutex> lock(mutex_);
  if (!released_.wait_for(lock, timeout, [this] { return permits_ > 0; })) return false;
  --permits_;
  return true;
}

void Semaphore::release() {
  const std::lock_guard<Mutex> lock(mutex_);
  if (permits_ == std::numeric_limits<int>::max()) throw IllegalStateException("semaphore has too many permits");
  ++permits_;
  released_.notify_one();
}

}  // namespace netlite
