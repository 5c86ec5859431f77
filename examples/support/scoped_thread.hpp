// SPDX-License-Identifier: MIT
//
// ScopedThread: a thread that ends with the scope that started it, whatever ends the scope.
// Thread-safety: endsWithin() may be called from any thread; the rest belongs to the thread that creates it.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <utility>

namespace example {

template <typename Result>
class ScopedThread {
 public:
  /// @param work what the thread does
  /// @param stop makes `work` return soon; called when the scope ends, also after `work` has returned
  /// @throws std::system_error no thread could be started
  ScopedThread(std::function<Result()> work, std::function<void()> stop)
      : stop_(std::move(stop)), result_(std::async(std::launch::async, std::move(work))) {}

  /// Stops the thread and waits for it: the destructor of `result_` does the waiting.
  ~ScopedThread() { stop_(); }

  ScopedThread(const ScopedThread&) = delete;
  ScopedThread& operator=(const ScopedThread&) = delete;

  /// Waits for the end of the thread, but no longer than `patience`.
  bool endsWithin(std::chrono::milliseconds patience) const {
    return result_.wait_for(patience) == std::future_status::ready;
  }

  /// Waits for the thread's result. Returns it, or throws what the thread has thrown.
  Result get() const { return result_.get(); }

 private:
  const std::function<void()> stop_;
  const std::shared_future<Result> result_;
};

}  // namespace example
