// SPDX-License-Identifier: MIT
//
// DescriptorParker: a Parker whose strand sleeps in the system's wait for descriptors.
// Thread-safety: any strand may call unpark(); the other members belong to the strand that created the parker.
#pragma once

#include "base/deadline.hpp"
#include "platform/wait.hpp"
#include "thread/strand.hpp"

#include <atomic>
#include <cstddef>
#include <system_error>

namespace netlite {

/// Other strands wake an OS thread through a waker, a descriptor that is opened for this wait or kept by the thread
/// (see platform/wait.hpp). If none can be opened because descriptors have run out, the thread polls every few
/// milliseconds. A virtual thread needs no waker: its carrier watches the descriptors.
class DescriptorParker {
 public:
  DescriptorParker() noexcept;
  ~DescriptorParker();
  DescriptorParker(const DescriptorParker&) = delete;
  DescriptorParker& operator=(const DescriptorParker&) = delete;

  /// Sleeps until an entry is ready, unpark() or the deadline; it may return early. `ready` is set in each entry.
  std::error_code park(platform::WaitEntry* entries, std::size_t count, Deadline deadline);

  /// Ends the current park(), or the next one.
  void unpark() noexcept;

  bool wasUnparked() const noexcept { return was_unparked_.load(std::memory_order_acquire); }

 private:
  void openWaker() noexcept;
  bool hasWaker() const noexcept;
  std::error_code parkVirtualThread(platform::WaitEntry* entries, std::size_t count, Deadline deadline);

  VirtualThread* const thread_;  // null: an OS thread
  platform::Waker waker_;        // set by the constructor
  bool is_kept_ = false;         // the thread keeps the waker, so this parker does not close it
  std::atomic<bool> is_waker_lost_{false};
  std::atomic<bool> was_unparked_{false};
};

}  // namespace netlite
