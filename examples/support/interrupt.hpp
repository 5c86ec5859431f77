// SPDX-License-Identifier: MIT
//
// Interrupts (Ctrl-C, SIGTERM, SIGHUP) for a program that shuts down cleanly.
// Thread-safety: one Interrupt at a time, created and destroyed by one thread; happened() may be called from any.
#pragma once

#include "support/stream_failure.hpp"
#include "support/system.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace example {

/// While it lives, an interrupt does not kill the program but calls `action`, once, in a separate thread. An interrupt
/// that came before counts, too. A failure to write the standard output also calls `action`, since the program has no
/// reason to go on.
///
/// If the program has not ended kPatience after an interrupt, it is ended without cleaning up. A print, for example,
/// blocks while the reader of a pipe does not read.
class Interrupt {
 public:
  static constexpr std::chrono::milliseconds kPatience{1500};

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
  static bool mustEnd() { return happened() || outputFailure().happened(); }

  // A signal handler can note an interrupt but not wake a thread, so the thread polls.
  void watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!over_ && !mustEnd()) changed_.wait_for(lock, std::chrono::milliseconds(40));
    lock.unlock();
    if (!mustEnd()) return;
    if (happened()) startTimeLimit();
    action_();
  }

  static void startTimeLimit() {
    static std::once_flag once;
    std::call_once(once, [] { std::thread(endAfterPatience).detach(); });
  }

  static void endAfterPatience() {
    std::this_thread::sleep_for(kPatience);
    system::restoreTerminal();
    std::_Exit(0);
  }

  const std::function<void()> action_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;    // guarded by mutex_
  std::thread watcher_;  // the last field, since its thread uses the others
};

}  // namespace example
