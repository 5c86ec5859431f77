// SPDX-License-Identifier: MIT
//
// ScopedThread: a thread of either kind that ends with the scope that started it, whatever ends the scope.
// Thread-safety: endsWithin() may be called from any thread; the rest belongs to the thread that creates it.
#pragma once

#include <netlite/netlite.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <utility>

namespace example {

template <typename Result>
class ScopedThread {
 public:
  /// @param work    what the thread does
  /// @param stop    makes `work` return soon; called when the scope ends, also after `work` has returned
  /// @param threads starts the thread
  /// @throws std::system_error no thread could be started
  ScopedThread(std::function<Result()> work, std::function<void()> stop,
               const netlite::Thread::Builder& threads = netlite::Thread::ofPlatform())
      : stop_(std::move(stop)), work_(std::move(work)), thread_(threads.start([this] { work_(); })) {}

  /// Stops the thread and waits for it.
  ~ScopedThread() {
    stop_();
    thread_.join();
  }

  ScopedThread(const ScopedThread&) = delete;
  ScopedThread& operator=(const ScopedThread&) = delete;

  /// Waits for the end of the thread, but no longer than `patience`.
  bool endsWithin(std::chrono::milliseconds patience) const { return thread_.join(patience); }

  /// Waits for the thread's result. Returns it, or throws what the thread has thrown.
  Result get() const {
    thread_.join();  // a wait for the future would hold up the carrier of a virtual thread
    return result_.get();
  }

 private:
  const std::function<void()> stop_;
  std::packaged_task<Result()> work_;
  const std::shared_future<Result> result_{work_.get_future()};
  const netlite::Thread thread_;  // the last field, since it uses the others
};

}  // namespace example
