// SPDX-License-Identifier: MIT
#include "thread/descriptor_parker.hpp"

#include "thread/readiness.hpp"
#include "thread/virtual_thread.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace netlite {

namespace {

// How late a strand without a waker may notice that it was unparked.
constexpr std::chrono::milliseconds kPollInterval{20};

bool isOpen(platform::Waker waker) { return waker.waiting != platform::kNoHandle; }

// A descriptor that the carrier watches during one park().
class Watched {
 public:
  explicit Watched(const platform::WaitEntry& entry) : entry_(entry), readiness_(Readiness::acquire()) {
    readiness_.take(entry.interest);
    waiter_.emplace(readiness_, entry.interest);
  }
  ~Watched() {
    waiter_.reset();
    readiness_.unwatch(entry_.handle);
    readiness_.release();
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  std::error_code watch() noexcept { return readiness_.watch(entry_.handle, entry_.interest); }
  bool isReady() noexcept { return readiness_.take(entry_.interest); }

 private:
  const platform::WaitEntry& entry_;
  Readiness& readiness_;
  std::optional<Readiness::Waiter> waiter_;
};

}  // namespace

DescriptorParker::DescriptorParker() noexcept : thread_(current_strand.virtual_thread) {
  if (thread_ != nullptr) return;
  waker_ = platform::keptWaker();
  is_kept_ = isOpen(waker_);
  if (!is_kept_) openWaker();
}

DescriptorParker::~DescriptorParker() {
  if (!hasWaker()) return;
  if (!is_kept_) {
    platform::closeWaker(waker_);
  } else if (wasUnparked()) {
    platform::resetWaker(waker_);
  }
}

void DescriptorParker::openWaker() noexcept {
  const platform::Result<platform::Waker> opened = platform::openWaker();
  if (!opened) return;
  waker_ = *opened;
  is_kept_ = platform::keepWaker(waker_);
}

bool DescriptorParker::hasWaker() const noexcept {
  return isOpen(waker_) && !is_waker_lost_.load(std::memory_order_relaxed);
}

std::error_code DescriptorParker::park(platform::WaitEntry* entries, std::size_t count, Deadline deadline) {
  if (thread_ != nullptr) return parkVirtualThread(entries, count, deadline);
  const std::chrono::milliseconds remaining = deadline.remaining();
  const platform::Waker waker = hasWaker() ? waker_ : platform::Waker{};
  const std::chrono::milliseconds timeout = isOpen(waker) ? remaining : std::min(remaining, kPollInterval);
  const std::error_code error = platform::wait(entries, count, waker, timeout);
  if (error != std::errc::bad_file_descriptor || !isOpen(waker)) return error;
  // The program has closed the waker's descriptor, as daemons do with those that they do not know. The waker is not
  // closed, since its number may be in use again by now. The thread's next wait opens a new one.
  platform::forgetKeptWaker();
  is_waker_lost_.store(true, std::memory_order_relaxed);
  return {};
}

std::error_code DescriptorParker::parkVirtualThread(platform::WaitEntry* entries, std::size_t count,
                                                    Deadline deadline) {
  std::array<std::optional<Watched>, platform::kMaxWaitEntries> watched;
  for (std::size_t i = 0; i < count; ++i) {
    if (const std::error_code error = watched[i].emplace(entries[i]).watch()) return error;
  }
  if (!wasUnparked()) VirtualThread::park(deadline);
  for (std::size_t i = 0; i < count; ++i) entries[i].ready = watched[i]->isReady();
  return {};
}

void DescriptorParker::unpark() noexcept {
  VirtualThread* const thread = thread_;
  was_unparked_.store(true, std::memory_order_release);
  if (thread != nullptr) return thread->unpark();
  if (hasWaker()) platform::signalWaker(waker_);
}

}  // namespace netlite
