// SPDX-License-Identifier: MIT
//
// Activity: what the running virtual thread does, for those who ask what it waits for.
// Thread-safety: belongs to one strand.
#pragma once

#include "thread/lazy_text.hpp"
#include "thread/virtual_thread.hpp"

namespace netlite {

/// While it lives, its text describes every wait that has no text itself. Does nothing in an OS thread.
class Activity {
 public:
  /// @param text its object has to outlive the activity
  explicit Activity(LazyText text) noexcept : thread_(VirtualThread::current()) {
    if (thread_ != nullptr) outer_ = thread_->exchangeActivity(text);
  }
  ~Activity() {
    if (thread_ != nullptr) thread_->exchangeActivity(outer_);
  }
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  VirtualThread* const thread_;
  LazyText outer_;
};

}  // namespace netlite
