// SPDX-License-Identifier: MIT
#include "thread/descriptor_parker.hpp"

#include <algorithm>
#include <chrono>

namespace netlite {

namespace {

// How late a strand without a waker may notice that it was unparked.
constexpr std::chrono::milliseconds kPollInterval{20};

bool isOpen(platform::Waker waker) { return waker.waiting != platform::kNoHandle; }

}  // namespace

DescriptorParker::DescriptorParker() noexcept : waker_(platform::keptWaker()), is_kept_(isOpen(waker_)) {
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

void DescriptorParker::unpark() noexcept {
  was_unparked_.store(true, std::memory_order_release);
  if (hasWaker()) platform::signalWaker(waker_);
}

}  // namespace netlite
