// SPDX-License-Identifier: MIT
//
// Parker: where one strand sleeps until another one wakes it.
// Thread-safety: only the strand that created the parker calls park(); any strand may call unpark().
#pragma once

#include "base/deadline.hpp"

#include <condition_variable>
#include <mutex>

namespace netlite {

class Parker {
 public:
  /// Sleeps until unpark(), which may have come before, or the deadline. Returns false when the deadline came first.
  bool park(Deadline deadline);

  /// Ends the current park(), or the next one.
  void unpark() noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable unparked_;
  bool has_permit_ = false;  // guarded by mutex_
};

}  // namespace netlite
