// SPDX-License-Identifier: MIT
//
// Watchdog: finds virtual threads that hold up their carriers.
// Thread-safety: every member may be called from any strand.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "thread/carrier.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace netlite {

/// Looks now and then, in a thread of its own, whether a carrier has switched since the last look. A look costs
/// carriers nothing but the counting of their switches.
class Watchdog {
 public:
  using Handler = std::function<void(const std::string& name, std::chrono::milliseconds held)>;

  /// Watches this carrier, too.
  void add(Carrier& carrier) NETLITE_EXCLUDES(mutex_);

  /// Reports from now on to this handler, which must not throw.
  /// @param limit how long a virtual thread may hold its carrier; max(): forever
  /// @throws std::system_error the system cannot start a thread
  void set(std::chrono::milliseconds limit, Handler handler) NETLITE_EXCLUDES(mutex_);

 private:
  struct Watched {
    Carrier* carrier;
    std::uint32_t switch_count = 0;
    Deadline::Clock::time_point since{};
    bool is_reported = false;
  };

  struct Report {
    std::string name;
    std::chrono::milliseconds held;
  };

  void watch() noexcept NETLITE_EXCLUDES(mutex_);
  std::vector<Report> look(Deadline::Clock::time_point now) NETLITE_REQUIRES(mutex_);
  bool isStuck(Watched& watched, Deadline::Clock::time_point now) const NETLITE_REQUIRES(mutex_);

  WordMutex mutex_;
  WordCondition changed_;
  std::vector<Watched> watched_ NETLITE_GUARDED_BY(mutex_);
  std::chrono::milliseconds limit_ NETLITE_GUARDED_BY(mutex_){std::chrono::milliseconds::max()};
  Handler handler_ NETLITE_GUARDED_BY(mutex_);
  bool is_running_ NETLITE_GUARDED_BY(mutex_) = false;
};

}  // namespace netlite
