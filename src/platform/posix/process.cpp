// SPDX-License-Identifier: MIT
//
// Notices forks by pthread_atfork.
// Thread-safety: as platform/process.hpp promises; the handlers are registered by static initialization.
#include "platform/process.hpp"

#include <pthread.h>

#include <cassert>

namespace netlite::platform {

namespace {

std::atomic<int> repair_count{0};
std::atomic<void (*)()> repairs[kMaxRepairs];

extern "C" void noteForkInParent() { fork_count.fetch_add(1, std::memory_order_relaxed); }

extern "C" void noteForkInChild() {
  const std::uint32_t next = (processMark() + kFirstMark) & kMarkBits;
  process_mark.store(next != 0 ? next : kFirstMark, std::memory_order_relaxed);
  fork_count.fetch_add(1, std::memory_order_relaxed);
  for (int i = 0; i < repair_count.load(std::memory_order_acquire); ++i) {
    if (void (*const repair)() = repairs[i].load(std::memory_order_acquire)) repair();
  }
}

[[maybe_unused]] const int registered = ::pthread_atfork(nullptr, noteForkInParent, noteForkInChild);

}  // namespace

void repairInForkedChild(void (*repair)()) noexcept {
  const int index = repair_count.fetch_add(1, std::memory_order_acq_rel);
  assert(index < kMaxRepairs);
  repairs[index].store(repair, std::memory_order_release);
}

}  // namespace netlite::platform
