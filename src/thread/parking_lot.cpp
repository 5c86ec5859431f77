// SPDX-License-Identifier: MIT
//
// Buckets of parked strands, hashed by the address of the word that each strand waits for.
// Thread-safety: each bucket has a lock, which is held for a few instructions and never while sleeping.
#include "thread/parking_lot.hpp"

#include "base/no_destructor.hpp"
#include "base/thread_annotations.hpp"
#include "platform/process.hpp"
#include "thread/parker.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>

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

class NETLITE_CAPABILITY("mutex") BucketLock {
 public:
  void lock() NETLITE_ACQUIRE() { mutex_.lock(); }
  void unlock() NETLITE_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class NETLITE_SCOPED_CAPABILITY BucketGuard {
 public:
  explicit BucketGuard(BucketLock& lock) NETLITE_ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
  ~BucketGuard() NETLITE_RELEASE() { lock_.unlock(); }
  BucketGuard(const BucketGuard&) = delete;
  BucketGuard& operator=(const BucketGuard&) = delete;

 private:
  BucketLock& lock_;
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

  BucketLock lock;
  ParkedStrand* first NETLITE_GUARDED_BY(lock) = nullptr;
  ParkedStrand* last NETLITE_GUARDED_BY(lock) = nullptr;
};

using Buckets = std::array<Bucket, 64>;

NoDestructor<Buckets>& buckets() {
  static NoDestructor<Buckets> all;
  return all;
}

// Threads of the parent that do not exist in the child may have held the locks at the fork.
void forgetParkedStrands() { buckets().reset(); }

platform::ForkRepair forget_parked_strands{forgetParkedStrands};

// The buckets are made first: a fork may come while another thread is the first to use them.
[[maybe_unused]] const bool lot_is_registered = (buckets(), platform::repairInForkedChild(forget_parked_strands), true);

Bucket& bucketOf(const Word& word) {
  Buckets& all = *buckets();
  return all[std::hash<const Word*>()(&word) / alignof(std::max_align_t) % all.size()];
}

}  // namespace

bool ParkingLot::parkIf(const Word& word, std::uint32_t expected, Deadline deadline) {
  Bucket& bucket = bucketOf(word);
  ParkedStrand self(&word);
  {
    const BucketGuard guard(bucket.lock);
    if (word.load(std::memory_order_relaxed) != expected) return true;
    bucket.append(self);
  }
  if (self.parker.park(deadline)) return true;
  const BucketGuard guard(bucket.lock);
  if (!self.isListed) return true;  // an unpark came together with the deadline: report it, so that it is not lost
  bucket.remove(self);
  return false;
}

void ParkingLot::unparkOne(const Word& word) noexcept {
  Bucket& bucket = bucketOf(word);
  const BucketGuard guard(bucket.lock);
  ParkedStrand* strand = bucket.first;
  while (strand != nullptr && strand->word != &word) strand = strand->next;
  if (strand != nullptr) bucket.unpark(*strand);
}

void ParkingLot::unparkAll(const Word& word) noexcept {
  Bucket& bucket = bucketOf(word);
  const BucketGuard guard(bucket.lock);
  for (ParkedStrand *strand = bucket.first, *next = nullptr; strand != nullptr; strand = next) {
    next = strand->next;
    if (strand->word == &word) bucket.unpark(*strand);
  }
}

}  // namespace netlite
