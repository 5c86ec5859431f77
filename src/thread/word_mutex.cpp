// SPDX-License-Identifier: MIT
//
// The contended path of WordMutex.
// Thread-safety: see the header.
#include "thread/word_mutex.hpp"

#include "thread/carrier.hpp"
#include "thread/parking_lot.hpp"

#include <thread>

namespace netlite {

namespace {

// False if the lock is free or held by a thread of the parent process.
bool isHeld(std::uint32_t state, std::uint32_t contendedBit) noexcept {
  return (state & ~contendedBit) == platform::processMark();
}

// A carrier that runs none of its virtual threads must not wait in the parking lot: the lock's wake-up may go to one of
// them, which cannot run meanwhile. The locks that carriers take are held for a few instructions only.
bool waitsInParkingLot() noexcept { return VirtualThread::current() != nullptr || Carrier::current() == nullptr; }

}  // namespace

// A strand that gets the lock here leaves it marked as contended: more strands may be parked.
bool WordMutex::lockSlowly(Word& word, Deadline deadline) {
  const std::uint32_t contended = platform::processMark() | kContended;
  for (;;) {
    std::uint32_t state = word.load(std::memory_order_relaxed);
    if (!isHeld(state, kContended)) {
      if (word.compare_exchange_weak(state, contended, std::memory_order_acquire)) return true;
    } else if (!waitsInParkingLot()) {
      std::this_thread::yield();
    } else if (state == contended || word.compare_exchange_weak(state, contended, std::memory_order_relaxed)) {
      if (ParkingLot::parkIf(word, contended, deadline)) continue;
      std::uint32_t free = kFree;
      return word.compare_exchange_strong(free, contended, std::memory_order_acquire);
    }
  }
}

bool WordMutex::tryLockOfParent(Word& word) noexcept {
  std::uint32_t state = word.load(std::memory_order_relaxed);
  return !isHeld(state, kContended) &&
         word.compare_exchange_strong(state, platform::processMark() | kContended, std::memory_order_acquire);
}

void WordMutex::wakeOne(Word& word) noexcept { ParkingLot::unparkOne(word); }

}  // namespace netlite
