// SPDX-License-Identifier: MIT
//
// Mutex: a lock for threads of either kind.
#pragma once

#include <netlite/export.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace netlite {

/// A lock for threads of either kind. A virtual thread that waits for it lets the others of its carrier run, which it
/// would not do in std::mutex. So a Mutex may be held across reads, writes and everything else that waits.
///
/// ```cpp
/// netlite::Mutex mutex;
/// std::list<std::string> names;  // guarded by mutex
/// {
///   const std::lock_guard<netlite::Mutex> lock(mutex);
///   names.push_back("Ada");
/// }
/// ```
///
/// It takes four bytes, and meets the standard's requirements for Lockable: std::lock_guard, std::unique_lock and
/// std::scoped_lock take it. It is not recursive, and the thread that has locked it unlocks it. A static Mutex may be
/// used before main() and after it. A lock that another thread held during a fork is free in the child.
///
/// Thread-safety: every member may be called from any thread, except construction and destruction.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API Mutex {
 public:
  /// Creates a mutex that is not locked.
  constexpr Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  /// Locks the mutex. Blocks while another thread holds it; nothing but its unlock() ends the waiting.
  void lock();

  /// Locks the mutex if it is free.
  ///
  /// @return whether the mutex is now locked by this thread
  bool try_lock() noexcept;

  /// Locks the mutex. Blocks while another thread holds it, until the time is over.
  ///
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return whether the mutex is now locked by this thread
  /// @throws std::invalid_argument `timeout` is negative
  bool try_lock_for(std::chrono::milliseconds timeout);

  /// Unlocks the mutex, which the calling thread holds.
  void unlock() noexcept;

 private:
  std::atomic<std::uint32_t> word_{0};
};

}  // namespace netlite
