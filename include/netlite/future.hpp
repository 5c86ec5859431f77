// SPDX-License-Identifier: MIT
//
// Future: what a task of an ExecutorService returns or throws, java.util.concurrent.Future in C++.
#pragma once

#include <netlite/condition.hpp>
#include <netlite/exceptions.hpp>
#include <netlite/export.hpp>
#include <netlite/mutex.hpp>
#include <netlite/task.hpp>

#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

namespace netlite {

class ExecutorService;

namespace detail {

/// Whether a task has ended, and whether its result has been moved out.
class NETLITE_API Completion {
 public:
  Completion() noexcept = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// Notes that the task has ended.
  void complete();

  /// Whether the task has ended.
  bool isDone() const;

  /// Blocks until the task has ended.
  void await() const;

  /// Blocks until the task has ended.
  ///
  /// @throws std::invalid_argument `timeout` is negative
  /// @throws TimeoutException      the time was over before
  void await(std::chrono::milliseconds timeout) const;

  /// Notes that the result is about to be moved out.
  ///
  /// @throws IllegalStateException it was already
  void claimResult();

 private:
  mutable Mutex mutex_;
  mutable Condition completed_;
  bool is_done_ = false;  // guarded by mutex_, and so is the next one
  bool is_claimed_ = false;
};

}  // namespace detail

/// What a task of an ExecutorService returns or throws: java.util.concurrent.Future in C++.
///
/// ```cpp
/// netlite::ExecutorService executor = netlite::Executors::newVirtualThreadPerTaskExecutor();
/// netlite::Future<int> answer = executor.submit([] { return 6 * 7; });
/// std::cout << answer.get() << '\n';  // throws what the task has thrown
/// ```
///
/// Copies are handles to the same task, as Java's references are. A Future may outlive its executor. Its end does not
/// wait for the task.
///
/// Thread-safety: it and its copies may be used from any thread; assigning to one that another thread uses is not safe,
/// as for any C++ object.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
template <typename R>
class Future {
 public:
  // Copied, never moved: a moved-from Future would have no task.
  Future(const Future&) = default;
  Future& operator=(const Future&) = default;

  /// What the task has returned. Blocks until the task has ended. May be called again: it returns a copy, or the same
  /// object if the task returned a reference. A result that can only be moved is moved out by the first call; the next
  /// ones throw IllegalStateException.
  ///
  /// @throws IllegalStateException the result can only be moved, and an earlier call has returned it
  /// @throws ...                   what the task has thrown, each time
  R get() const {
    task_->completion.await();
    return result();
  }

  /// What the task has returned, as get(). Blocks until the task has ended or the time is over.
  ///
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @throws std::invalid_argument `timeout` is negative
  /// @throws TimeoutException      the time was over before the task had ended; the task goes on
  /// @throws IllegalStateException the result can only be moved, and an earlier call has returned it
  /// @throws ...                   what the task has thrown, each time
  R get(std::chrono::milliseconds timeout) const {
    task_->completion.await(timeout);
    return result();
  }

  /// Whether the task has ended, by returning or by throwing.
  bool isDone() const { return task_->completion.isDone(); }

 private:
  friend class ExecutorService;

  struct Task {
    detail::Completion completion;
    detail::Outcome<R> outcome;
  };

  explicit Future(std::shared_ptr<Task> task) noexcept : task_(std::move(task)) {}

  R result() const {
    if constexpr (std::is_object_v<R> && !std::is_copy_constructible_v<R>) {
      task_->outcome.throwFailure();
      task_->completion.claimResult();
      return task_->outcome.take();
    } else {
      return task_->outcome.copy();
    }
  }

  std::shared_ptr<Task> task_;  // never null
};

}  // namespace netlite
