// SPDX-License-Identifier: MIT
//
// Executors and ExecutorService: a thread for each task, java.util.concurrent.ExecutorService in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/future.hpp>
#include <netlite/task.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace netlite {

/// Runs each task in its own thread: java.util.concurrent.ExecutorService in C++.
///
/// ```cpp
/// netlite::ExecutorService executor = netlite::Executors::newVirtualThreadPerTaskExecutor();
/// auto first = executor.submit([] { return netlite::InetAddress::getByName("a.example"); });
/// auto second = executor.submit([] { return netlite::InetAddress::getByName("b.example"); });
/// std::cout << first.get() << ' ' << second.get() << '\n';
/// ```
///
/// The end of its block waits for the tasks, as Java's try-with-resources does. It can be moved, not copied; one that
/// was moved from is closed.
///
/// Thread-safety: every member may be called from any thread, also from a task, except moving and destroying.
///
/// Fork: the tasks of the parent do not run in a child, so the child does not wait for them, and get() on their futures
/// does not return there.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API ExecutorService {
 public:
  /// Takes the other's tasks.
  ExecutorService(ExecutorService&& other) noexcept;

  /// Closes this one, which waits for its tasks, then takes the other's.
  ExecutorService& operator=(ExecutorService&& other) noexcept;
  ExecutorService(const ExecutorService&) = delete;
  ExecutorService& operator=(const ExecutorService&) = delete;

  /// Closes. Blocks until the tasks have ended.
  ~ExecutorService();

  /// Starts a thread that runs the task. The Future gets what the task returns or throws; if nobody asks the Future,
  /// that is dropped. The task may be of a type that can only be moved. It is destroyed before the Future is done.
  ///
  /// @param task any callable without arguments
  /// @return the Future of what the task returns
  /// @throws std::invalid_argument      the task is an empty std::function or a null pointer
  /// @throws RejectedExecutionException the executor is closed
  /// @throws std::system_error          no thread could be started
  template <typename Task>
  Future<detail::TaskResult<Task>> submit(Task&& task) {
    using R = detail::TaskResult<Task>;
    auto function = checked(detail::toFunction<R>(std::forward<Task>(task)));
    const auto state = std::make_shared<typename Future<R>::Task>();
    execute([state, function = std::move(function)]() mutable {
      state->outcome.keep(function);
      function = nullptr;
      state->completion.complete();
    });
    return Future<R>(state);
  }

  /// Takes no more tasks, and waits for those that it has. Blocks until they have ended. In a task of this executor it
  /// does not wait for the calling task, nor for others that are in close() themselves. Closing twice is harmless.
  void close() noexcept;

 private:
  friend class Executors;
  class State;

  explicit ExecutorService(std::shared_ptr<State> state) noexcept;

  template <typename Function>
  static Function checked(Function function) {
    if (!function) throwEmptyTask();
    return function;
  }

  [[noreturn]] static void throwEmptyTask();
  void execute(std::function<void()> task);

  std::shared_ptr<State> state_;  // null once moved from
};

/// Makes executors: java.util.concurrent.Executors in C++.
class NETLITE_API Executors {
 public:
  Executors() = delete;

  /// Makes an executor that starts a virtual thread for each task. Where there are no virtual threads it starts OS
  /// threads with small stacks.
  static ExecutorService newVirtualThreadPerTaskExecutor();
};

}  // namespace netlite
