// SPDX-License-Identifier: MIT
//
// Interrupts (Ctrl-C, SIGTERM) for a program that wants to end in order.
// Thread-safety: one Interrupt at a time, made and destroyed by one thread; happened() may be called from any.
#pragma once

#include "support/system.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace example {

/// As long as it lives, an interrupt does not kill the program but calls `action`, once, in a thread of its own. One
/// that came before is not forgotten.
class Interrupt {
 public:
  explicit Interrupt(std::function<void()> action) : action_(std::move(action)), watcher_([this] { watch(); }) {
    system::catchInterrupts();
  }

  /// Waits for `action` if it is running.
  ~Interrupt() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    watcher_.join();
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool happened() { return system::interruptCame(); }

 private:
  // A signal handler can note an interrupt but not wake a thread, so the thread looks now and then.
  void watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!over_ && !happened()) changed_.wait_for(lock, std::chrono::milliseconds(40));
    lock.unlock();
    if (happened()) action_();
  }

  const std::function<void()> action_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;    // guarded by mutex_
  std::thread watcher_;  // the last one, as it uses the others
};

}  // namespace example
