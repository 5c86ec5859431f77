// SPDX-License-Identifier: MIT
#include "thread/readiness.hpp"

#include "base/no_destructor.hpp"
#include "thread/carrier.hpp"
#include "thread/forked.hpp"
#include "thread/virtual_thread.hpp"

#include <array>
#include <cassert>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

namespace netlite {

// All objects, in chunks that are never freed, so that any index that a poller reports can be followed.
class Readiness::Pool {
 public:
  static Pool& instance() {
    static NoDestructor<Pool> pool;
    return *pool;
  }

  Readiness& take() {
    const WordMutexLock lock(mutex_);
    if (forked_.notice()) free_ = nullptr;  // another thread of the parent may have been changing the list
    if (free_ == nullptr) addChunk();
    Readiness& taken = *free_;
    free_ = taken.next_free_ != 0 ? &at(taken.next_free_ - 1) : nullptr;
    return taken;
  }

  void put(Readiness& unused) noexcept {
    const WordMutexLock lock(mutex_);
    prepend(unused);
  }

  Readiness& at(std::uint32_t index) const noexcept {
    return chunks_[index / kChunk].load(std::memory_order_acquire)[index % kChunk];
  }

 private:
  static constexpr std::uint32_t kChunk = 256;
  static constexpr std::uint32_t kMaxChunks = 16384;  // four million sockets

  void prepend(Readiness& unused) noexcept NETLITE_REQUIRES(mutex_) {
    unused.next_free_ = free_ != nullptr ? free_->index_ + 1 : 0;
    free_ = &unused;
  }

  void addChunk() NETLITE_REQUIRES(mutex_) {
    if (count_ == kMaxChunks) throw std::bad_alloc();
    Readiness* const chunk = new Readiness[kChunk];
    for (std::uint32_t i = kChunk; i-- > 0;) {
      chunk[i].index_ = count_ * kChunk + i;
      prepend(chunk[i]);
    }
    chunks_[count_++].store(chunk, std::memory_order_release);
  }

  WordMutex mutex_;
  Readiness* free_ NETLITE_GUARDED_BY(mutex_) = nullptr;
  std::uint32_t count_ NETLITE_GUARDED_BY(mutex_) = 0;
  Forked forked_ NETLITE_GUARDED_BY(mutex_);
  std::array<std::atomic<Readiness*>, kMaxChunks> chunks_{};
};

Readiness& Readiness::acquire() {
  Readiness& taken = Pool::instance().take();
  taken.flags_.store(kReadable | kWritable, std::memory_order_relaxed);
  return taken;
}

void Readiness::release() noexcept {
  {
    const WordMutexLock lock(mutex_);
    assert(waiters_ == nullptr);
    ++generation_;
    watched_since_.store(0, std::memory_order_relaxed);
  }
  Pool::instance().put(*this);
}

std::error_code Readiness::watch(platform::Handle handle, Interest interest) noexcept {
  if (watched_since_.load(std::memory_order_acquire) == pollerCount()) return {};
  const WordMutexLock lock(mutex_);
  if (watched_since_.load(std::memory_order_relaxed) == pollerCount()) return {};
  Carrier& carrier = *Carrier::current();
  const std::error_code error = watchBy(carrier, handle, interest);
  return error && carrier.recoverPoller() ? watchBy(carrier, handle, interest) : error;
}

// Where watching ends with an event, the first carrier remains the one that watches: a descriptor has one poller.
std::error_code Readiness::watchBy(Carrier& carrier, platform::Handle handle, Interest interest) noexcept {
  std::uint32_t since = ~watched_since_.load(std::memory_order_relaxed);
  if (since != pollerCount()) {
    watched_by_ = carrier.poller().watching;
    since = carrier.pollerCount();
  }
  const std::uint64_t token = std::uint64_t{generation_} << 32 | index_;
  const std::error_code error = platform::watch({watched_by_, platform::kNoHandle}, handle, interest, token);
  if (!error) watched_since_.store(platform::watchesOnce() ? ~since : since, std::memory_order_release);
  return error;
}

void Readiness::unwatch(platform::Handle handle) noexcept {
  const WordMutexLock lock(mutex_);
  if (watched_since_.load(std::memory_order_relaxed) != 0)
    platform::unwatch({watched_by_, platform::kNoHandle}, handle);
}

void Readiness::passOn(Interest interest) noexcept {
  const WordMutexLock lock(mutex_);
  set(interest);
  wake(flag(interest));
}

void Readiness::wakeAll() noexcept {
  const WordMutexLock lock(mutex_);
  wake(kReadable | kWritable);
}

void Readiness::notify(const platform::PollEvent& event) noexcept {
  const auto index = static_cast<std::uint32_t>(event.token);
  Pool::instance().at(index).notify(static_cast<std::uint32_t>(event.token >> 32), event);
}

void Readiness::notify(std::uint32_t generation, const platform::PollEvent& event) noexcept {
  const WordMutexLock lock(mutex_);
  if (generation != generation_) return;
  const std::uint32_t directions = (event.readable || event.ended ? kReadable : 0u) | (event.writable ? kWritable : 0u);
  flags_.fetch_or(directions | (event.ended ? kEnded : 0u) | (event.urgent ? kMarked : 0u), std::memory_order_acq_rel);
  wake(directions);
}

void Readiness::wake(std::uint32_t flags) noexcept {
  for (Waiter *waiter = waiters_, *next = nullptr; waiter != nullptr; waiter = next) {
    next = waiter->next_;
    if ((flags & flag(waiter->interest_)) == 0) continue;
    VirtualThread& thread = waiter->thread_;
    remove(*waiter);
    waiter->was_woken_.store(true, std::memory_order_release);
    thread.unpark();
  }
}

void Readiness::remove(Waiter& waiter) noexcept {
  (waiter.previous_ == nullptr ? waiters_ : waiter.previous_->next_) = waiter.next_;
  if (waiter.next_ != nullptr) waiter.next_->previous_ = waiter.previous_;
}

Readiness::Waiter::Waiter(Readiness& readiness, Interest interest) noexcept
    : readiness_(readiness), thread_(*VirtualThread::current()), interest_(interest) {
  const WordMutexLock lock(readiness_.mutex_);
  next_ = readiness_.waiters_;
  if (next_ != nullptr) next_->previous_ = this;
  readiness_.waiters_ = this;
}

Readiness::Waiter::~Waiter() {
  if (wasWoken()) return;
  const WordMutexLock lock(readiness_.mutex_);
  if (!wasWoken()) readiness_.remove(*this);
}

}  // namespace netlite
