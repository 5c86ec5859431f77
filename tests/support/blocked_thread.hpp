// SPDX-License-Identifier: MIT
//
// BlockedThread: a thread that a test can see to be blocked inside the call under test.
// Thread-safety: a BlockedThread belongs to the thread that made it.
#pragma once

#include "support/strand_kind.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

namespace netlite::test {

/// The system's name for the calling OS thread; empty if it has none.
std::string currentOsTask();

/// A text that stays the same as long as the OS thread sleeps in one system call; empty if it is not asleep. Where the
/// system does not show the call, the text is the processor time that the thread has used.
std::string osSleepState(const std::string& task);

/// Lets other threads run long enough for their state to change.
void yieldToOthers();

/// A name for the calling thread, of either kind; empty if the system has none for it.
inline std::string currentTask() {
  const Thread self = Thread::currentThread();
  return self.isVirtual() ? "virtual " + self.getName() : currentOsTask();
}

/// A text that stays the same as long as the thread sleeps; empty if it is not asleep. For a virtual thread: what it
/// waits for.
inline std::string sleepState(const std::string& task) {
  if (task.rfind("virtual ", 0) != 0) return osSleepState(task);
  std::ostringstream dump;
  VirtualThreads::dump(dump);
  const std::string name = task.substr(task.find(' ') + 1) + ": waiting for ";
  std::istringstream lines(dump.str());
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name, 0) == 0) return line.substr(line.find("ms: "));
  }
  return {};
}

/// Returns once the thread has stayed asleep in one system call for a while, or has ended. If it does not fall asleep,
/// the program is aborted: nothing would end the thread, so joining it would hide what went wrong.
template <typename HasEnded>
void awaitSleep(const std::string& task, HasEnded hasEnded) {
  constexpr int kChecks = 20;
  const auto giveUp = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string previous;
  for (int unchanged = 0; unchanged < kChecks; yieldToOthers()) {
    if (hasEnded()) return;
    if (std::chrono::steady_clock::now() > giveUp) {
      std::cerr << "the thread does not fall asleep" << std::endl;
      std::abort();
    }
    std::string now = sleepState(task);
    unchanged = !now.empty() && now == previous ? unchanged + 1 : 0;
    previous = std::move(now);
  }
}

class BlockedThread {
 public:
  /// Starts a thread that does `work`. An exception from `work` is thrown again by join().
  explicit BlockedThread(std::function<void()> work) : thread_([this, work = std::move(work)] { run(work); }) {
    task_ = started_.get_future().get();
  }

  ~BlockedThread() {
    if (thread_.joinable()) thread_.join();
  }
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;

  /// Returns once the thread is asleep, see awaitSleep(). Where the system shows no such state, it returns after a
  /// short time.
  void waitUntilAsleep() const {
    if (task_.empty()) return spinForAWhile();
    awaitSleep(task_, [this] { return hasEnded(); });
  }

  bool hasEnded() const { return ended_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

  /// Whether pthread_exit or pthread_cancel has ended the thread. Only after join().
  bool wasUnwound() const { return was_unwound_; }

  std::thread::native_handle_type nativeHandle() { return thread_.nativeHandle(); }

  /// Waits for the thread's end and throws the exception that ended it, if any.
  void join() {
    thread_.join();
    ended_.get();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::function<void()>& work) {
    started_.set_value(currentTask());
    try {
      work();
      end_.set_value();
    } catch (...) {
      const std::exception_ptr failure = std::current_exception();
      if (failure == nullptr) return passOn();
      end_.set_exception(failure);
    }
  }

  // Inside a `catch (...)` through which pthread_exit or pthread_cancel unwinds the thread.
  void passOn() {
    was_unwound_ = true;
    end_.set_value();
    throw;
  }

  static void spinForAWhile() {
    for (const auto end = Clock::now() + std::chrono::milliseconds(100); Clock::now() < end;) std::this_thread::yield();
  }

  std::promise<std::string> started_;
  std::promise<void> end_;
  std::future<void> ended_ = end_.get_future();
  bool was_unwound_ = false;
  std::string task_;   // see currentTask()
  TestThread thread_;  // declared last, as it uses the other fields
};

}  // namespace netlite::test
