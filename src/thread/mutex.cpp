// SPDX-License-Identifier: MIT
//
// The contended road of Mutex: where its sleepers are, and how one of them is woken.
// Thread-safety: see the header.
#include "thread/mutex.hpp"

#include <array>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <new>

namespace netlite {

namespace {

struct Sleeper;

// The sleepers of some of the locks, in the order in which they came.
struct Dormitory {
  std::mutex mutex;
  Sleeper* first = nullptr;  // guarded by mutex, as is what each Sleeper holds
};

using Dormitories = std::array<Dormitory, 64>;

// Never destroyed: threads may still sleep while the program ends. And no memory is taken, which there may be none of.
Dormitory& dormitoryOf(const Mutex* mutex) {
  alignas(Dormitories) static unsigned char memory[sizeof(Dormitories)];
  static Dormitories& all = *new (memory) Dormitories;
  return all[std::hash<const Mutex*>()(mutex) / alignof(std::max_align_t) % all.size()];
}

// A thread that waits for a lock; it is listed as long as it lives, which is while the dormitory's mutex is held or
// the thread sleeps.
struct Sleeper {
  Sleeper(Dormitory& place, const Mutex* lock) : dormitory(place), mutex(lock) { *end() = this; }
  ~Sleeper() {
    Sleeper** link = &dormitory.first;
    while (*link != this) link = &(*link)->next;
    *link = next;
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  Sleeper** end() {
    Sleeper** link = &dormitory.first;
    while (*link != nullptr) link = &(*link)->next;
    return link;
  }

  /// False when the deadline came first.
  bool sleep(std::unique_lock<std::mutex>& held, Deadline deadline) {
    const auto is_woken = [this] { return woken; };
    if (!deadline.isNever()) return wake_up.wait_until(held, deadline.time(), is_woken);
    wake_up.wait(held, is_woken);
    return true;
  }

  Dormitory& dormitory;
  const Mutex* const mutex;
  Sleeper* next = nullptr;
  bool woken = false;
  std::condition_variable wake_up;
};

}  // namespace

bool Mutex::waitFor(Deadline deadline) {
  Dormitory& dormitory = dormitoryOf(this);
  std::unique_lock<std::mutex> held(dormitory.mutex);
  // Whoever takes the lock here leaves it marked as contended: there may be more sleepers than this one.
  while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
    if (Sleeper(dormitory, this).sleep(held, deadline)) continue;
    return state_.exchange(kContended, std::memory_order_acquire) == kFree;
  }
  return true;
}

void Mutex::wakeOne() noexcept {
  Dormitory& dormitory = dormitoryOf(this);
  std::lock_guard<std::mutex> held(dormitory.mutex);
  for (Sleeper* sleeper = dormitory.first; sleeper != nullptr; sleeper = sleeper->next) {
    if (sleeper->mutex != this || sleeper->woken) continue;
    sleeper->woken = true;
    return sleeper->wake_up.notify_one();
  }
}

}  // namespace netlite
