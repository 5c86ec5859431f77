// SPDX-License-Identifier: MIT
//
// Buckets of parked strands, hashed by the address of the word that each strand waits for.
// Thread-safety: each bucket has a lock, which is held for a few instructions and never while sleeping.
#include "thread/parking_lot.hpp"

#include "base/no_destructor.hpp"
#include "base/thread_annotations.hpp"
#include "platform/process.hpp"
#include "thread/os_mutex.hpp"
#include "thread/parker.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace netlite {

namespace {

using Word = std::atomic<std::uint32_t>;

struct ParkedStrand {
  explicit ParkedStrand(const Word* waitedFor) noexcept : word(waitedFor) {}

  const Word* const word;
  ParkedStrand* next = nullptr;  // these three: guarded by the bucket's lock
  ParkedStrand* previous = nullptr;
  bool isListed = false;
  Parker parker;
};

// The strands that wait for the words of one hash value, in the order of their arrival.
struct Bucket {
  void append(ParkedStrand& strand) NETLITE_REQUIRES(lock) {
    strand.previous = last;
    (last == nullptr ? first : last->next) = &strand;
    last = &strand;
    strand.isListed = true;
  }

  void remove(ParkedStrand& strand) NETLITE_REQUIRES(lock) {
    (strand.previous == nullptr ? first : strand.previous->next) = strand.next;
    (strand.next == nullptr ? last : strand.next->previous) = strand.previous;
    strand.isListed = false;
  }

  // Called with the lock held, so that the strand cannot leave before this has returned.
  void unpark(ParkedStrand& strand) NETLITE_REQUIRES(lock) {
    remove(strand);
    strand.parker.unpark();
  }

  OsMutex lock;
  ParkedStrand* first NETLITE_GUARDED_BY(lock) = nullptr;
  ParkedStrand* last NETLITE_GUARDED_BY(lock) = nullptr;
};

// Enough that 100,000 parked strands do not make the search for one of them long.
constexpr int kBucketBits = 10;
using Buckets = std::array<Bucket, std::size_t{1} << kBucketBits>;

NoDestructor<Buckets>& buckets() {
  static NoDestructor<Buckets> all;
  return all;
}

// Threads of the parent that do not exist in the child may have held the locks at the fork.
void forgetParkedStrands() { buckets().reset(); }

platform::ForkRepair forget_parked_strands{forgetParkedStrands};

// The buckets are made first: a fork may come while another thread is the first to use them.
[[maybe_unused]] const bool lot_is_registered = (buckets(), platform::repairInForkedChild(forget_parked_strands), true);

// Multiplies by 2^64 divided by the golden ratio, and uses the highest bits: every bit of the address matters. Words in
// the same place of many stacks are 64 KiB apart.
Bucket& bucketOf(const Word& word) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  const std::uint64_t product = reinterpret_cast<std::uintptr_t>(&word) * kFactor;
  return (*buckets())[static_cast<std::size_t>(product >> (64 - kBucketBits))];
}

}  // namespace

bool ParkingLot::parkIf(const Word& word, std::uint32_t expected, Deadline deadline) {
  Bucket& bucket = bucketOf(word);
  ParkedStrand self(&word);
  {
    const OsMutexLock guard(bucket.lock);
    if (word.load(std::memory_order_relaxed) != expected) return true;
    bucket.append(self);
  }
  if (self.parker.park(deadline)) return true;
  const OsMutexLock guard(bucket.lock);
  if (!self.isListed) return true;  // an unpark came together with the deadline: report it, so that it is not lost
  bucket.remove(self);
  return false;
}

void ParkingLot::unparkOne(const Word& word) noexcept {
  Bucket& bucket = bucketOf(word);
  const OsMutexLock guard(bucket.lock);
  ParkedStrand* strand = bucket.first;
  while (strand != nullptr && strand->word != &word) strand = strand->next;
  if (strand != nullptr) bucket.unpark(*strand);
}

void ParkingLot::unparkAll(const Word& word) noexcept {
  Bucket& bucket = bucketOf(word);
  const OsMutexLock guard(bucket.lock);
  for (ParkedStrand *strand = bucket.first, *next = nullptr; strand != nullptr; strand = next) {
    next = strand->next;
    if (strand->word == &word) bucket.unpark(*strand);
  }
}

}  // namespace netlite
