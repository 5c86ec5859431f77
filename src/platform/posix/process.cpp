// SPDX-License-Identifier: MIT
//
// Notices forks by pthread_atfork.
// Thread-safety: as platform/process.hpp promises; the list of repairs only grows, at its front.
#include "platform/process.hpp"

#include <pthread.h>

namespace netlite::platform {

namespace {

std::atomic<ForkRepair*> repairs{nullptr};
pthread_mutex_t no_fork = PTHREAD_MUTEX_INITIALIZER;

// Counts the fork before the child exists: from then on another thread of the parent may close what both share.
extern "C" void startFork() {
  ::pthread_mutex_lock(&no_fork);
  fork_count.fetch_add(1, std::memory_order_relaxed);
}

extern "C" void noteForkInParent() { ::pthread_mutex_unlock(&no_fork); }

extern "C" void noteForkInChild() {
  ::pthread_mutex_unlock(&no_fork);
  const std::uint32_t next = (processMark() + kFirstMark) & kMarkBits;
  process_mark.store(next != 0 ? next : kFirstMark, std::memory_order_relaxed);
  for (ForkRepair* each = repairs.load(std::memory_order_acquire); each != nullptr; each = each->next) each->repair();
}

[[maybe_unused]] const int registered = ::pthread_atfork(startFork, noteForkInParent, noteForkInChild);

}  // namespace

void repairInForkedChild(ForkRepair& repair) noexcept {
  repair.next = repairs.load(std::memory_order_relaxed);
  while (!repairs.compare_exchange_weak(repair.next, &repair, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

NoFork::NoFork() noexcept { ::pthread_mutex_lock(&no_fork); }

NoFork::~NoFork() { ::pthread_mutex_unlock(&no_fork); }

}  // namespace netlite::platform
