// SPDX-License-Identifier: MIT
//
// Thread: a virtual thread or an OS thread, java.lang.Thread in C++.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/export.hpp>
#include <netlite/task.hpp>
#include <netlite/virtual_threads.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace netlite {

class ThreadState;

/// A virtual thread or an OS thread: java.lang.Thread in C++.
///
/// ```cpp
/// netlite::Thread worker = netlite::Thread::ofVirtual().name("worker").start([] {
///   netlite::Socket socket("localhost", 3000);
///   netlite::PrintWriter(socket.getOutputStream()).println("hello");
/// });
/// worker.join();
/// ```
///
/// A *virtual thread* runs the same blocking code on a few OS threads, its carriers: while it waits in a call of
/// netlite, its carrier runs others. It stays on the carrier that started it. Where the system or the processor has no
/// implementation, an OS thread with a small stack takes its place; isVirtual() says false, everything else is the
/// same.
///
/// A Thread is a handle. Copies refer to the same thread, as Java's references do, and the thread goes on when all of
/// them are gone. At the program's end threads that are still running are abandoned, as detached ones are.
///
/// What leaves a thread's task, an exception or pthread_exit, ends the program (std::terminate), as in a std::thread.
///
/// Times: 0 asks once and returns, max() waits indefinitely, a negative one is an argument error.
///
/// Fork: in a forked child only the thread that called fork is alive. join() of another one of the parent's returns
/// immediately there.
///
/// Thread-safety: every member may be called from any thread, of either kind; assigning to a handle that another thread
/// uses is not safe, as for any C++ object.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API Thread {
 public:
  class Builder;

  /// Returns a builder for virtual threads.
  static Builder ofVirtual();

  /// Returns a builder for OS threads.
  static Builder ofPlatform();

  /// Starts a virtual thread: ofVirtual().start(task).
  ///
  /// @throws std::invalid_argument the task is an empty std::function or a null pointer
  /// @throws std::system_error     there is no memory for a stack, or the system cannot start another thread
  template <typename Task>
  static Thread startVirtualThread(Task&& task);

  /// The running thread. Also one that netlite did not start, such as that of main() or a std::thread, which is alive
  /// until it ends.
  static Thread currentThread();

  /// Waits. Blocks for that time; nothing ends it earlier.
  ///
  /// @param time in milliseconds; 0: yields; max(): forever
  /// @throws std::invalid_argument `time` is negative
  static void sleep(std::chrono::milliseconds time);

  /// Lets others run first: those of the carrier, or, in an OS thread, those of the system.
  static void yield() noexcept;

  /// Calls a function that would hold up the carrier: one that reads a file, waits for a std::future or computes for
  /// long. In a virtual thread the function runs in a helper, which is an OS thread, and only this virtual thread waits
  /// for it. In an OS thread it is just called. At least 64 calls run at the same time; further ones wait for a helper.
  /// Helpers that have nothing to do end.
  ///
  /// ```cpp
  /// const std::string text = netlite::Thread::blocking([] {
  ///   std::string line;
  ///   std::getline(std::cin, line);
  ///   return line;
  /// });
  /// ```
  ///
  /// Blocks until the function has returned. currentThread() in the function is the helper.
  ///
  /// @return what the function returns: a value, also one that can only be moved, or a reference
  /// @throws std::system_error no helper could be started
  /// @throws ...               what the function throws
  template <typename Function>
  static std::invoke_result_t<Function> blocking(Function&& function) {
    if (!isCurrentVirtual()) return std::forward<Function>(function)();
    detail::Outcome<std::invoke_result_t<Function>> outcome;
    runInHelper([&]() noexcept { outcome.keep(std::forward<Function>(function)); });
    return outcome.take();
  }

  // Copied, never moved: a moved-from Thread would have no thread.
  Thread(const Thread&) = default;
  Thread& operator=(const Thread&) = default;

  /// Waits for the thread's end. Blocks until then. After it everything that the thread has done is visible. The task
  /// is destroyed before, and the thread_local variables of an OS thread, too, on POSIX systems.
  ///
  /// @throws IllegalStateException it is the calling thread (Java waits forever)
  void join() const;

  /// Waits for the thread's end. Blocks until then, or until the time is over.
  ///
  /// @param timeout in milliseconds; 0: do not wait; max(): wait indefinitely
  /// @return whether the thread has ended
  /// @throws std::invalid_argument `timeout` is negative
  /// @throws IllegalStateException it is the calling thread
  bool join(std::chrono::milliseconds timeout) const;

  /// Whether the thread has not ended.
  bool isAlive() const;

  /// Whether it is a virtual thread.
  bool isVirtual() const noexcept;

  /// Its name; if it was given none, "Thread-" and getId().
  std::string getName() const;

  /// A number that no other thread of the process has or had.
  std::uint64_t getId() const noexcept;

 private:
  explicit Thread(std::shared_ptr<ThreadState> state) noexcept;

  static bool isCurrentVirtual() noexcept;
  static void runInHelper(const std::function<void()>& call);

  std::shared_ptr<ThreadState> state_;  // never null
};

/// Starts threads: java.lang.Thread.Builder in C++. It may start several, all with the same settings.
///
/// Thread-safety: const access from several threads is safe.
class NETLITE_API Thread::Builder {
 public:
  /// Sets the name. An empty one means the default, see getName().
  ///
  /// @return this builder
  Builder& name(std::string text);

  /// Sets the size of the stack. Rounded up to what the system allows. For an OS thread it does not include what the
  /// program's thread-local storage takes.
  ///
  /// @param bytes in bytes; 0: the default, which is 64 KiB for virtual threads and the system's for OS threads
  /// @return this builder
  Builder& stackSize(std::size_t bytes);

  /// Starts a thread that runs the task. The task may be of a type that can only be moved, such as a lambda that has
  /// captured a Socket; what it returns is dropped.
  ///
  /// @param task any callable without arguments
  /// @throws std::invalid_argument the task is an empty std::function or a null pointer
  /// @throws std::system_error     there is no memory for a stack, or the system cannot start another thread
  template <typename Task>
  Thread start(Task&& task) const {
    return startFunction(detail::toFunction<void>(std::forward<Task>(task)));
  }

 private:
  friend class Thread;

  explicit Builder(bool isVirtual) noexcept : is_virtual_(isVirtual) {}

  Thread startFunction(std::function<void()> task) const;

  bool is_virtual_;
  std::string name_;
  std::size_t stack_size_ = 0;
};

template <typename Task>
Thread Thread::startVirtualThread(Task&& task) {
  return ofVirtual().start(std::forward<Task>(task));
}

}  // namespace netlite
