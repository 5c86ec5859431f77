// SPDX-License-Identifier: MIT
//
// BlockedThread: a thread for the tests, of which one can know that it is really asleep inside the call under test.
// Thread-safety: a BlockedThread belongs to the thread that made it.
#pragma once

#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <utility>

namespace netlite::test {

/// By what name the system tells of the calling thread; empty where it does not.
std::string currentTask();

/// What the thread sleeps in, the same as long as it does not wake up; empty if it is not asleep. Where the system does
/// not tell so much, how much it has worked.
std::string sleepingIn(const std::string& task);

/// Lets the others run until it is worth looking at them again.
void letOthersRun();

/// Returns when the thread sleeps in the system and stays in that one system call for a while, or when it has ended. A
/// thread that does not fall asleep ends the program: nothing would end the thread, and so joining it would hide what
/// has gone wrong.
template <typename HasEnded>
void awaitSleep(const std::string& task, HasEnded hasEnded) {
  constexpr int kLooks = 20;
  const auto giveUp = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string previous;
  for (int looks = 0; looks < kLooks; letOthersRun()) {
    if (hasEnded()) return;
    if (std::chrono::steady_clock::now() > giveUp) {
      std::cerr << "the thread does not fall asleep" << std::endl;
      std::abort();
    }
    std::string now = sleepingIn(task);
    looks = !now.empty() && now == previous ? looks + 1 : 0;
    previous = std::move(now);
  }
}

class BlockedThread {
 public:
  /// Starts a thread that does `work`. What `work` throws comes out of join().
  explicit BlockedThread(std::function<void()> work) : thread_([this, work = std::move(work)] { run(work); }) {
    task_ = started_.get_future().get();
  }

  ~BlockedThread() {
    if (thread_.joinable()) thread_.join();
  }
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;

  /// Returns when the thread sleeps in the system, see awaitSleep(). Where the system cannot tell, it returns after a
  /// short time.
  void waitUntilAsleep() const {
    if (task_.empty()) return spinForAWhile();
    awaitSleep(task_, [this] { return hasEnded(); });
  }

  bool hasEnded() const { return ended_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

  /// Whether pthread_exit or pthread_cancel has ended the thread. Only after join().
  bool wasUnwound() const { return was_unwound_; }

  std::thread::native_handle_type nativeHandle() { return thread_.native_handle(); }

  /// Waits for the end of the thread and throws what it has thrown.
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
  std::string task_;    // see currentTask()
  std::thread thread_;  // the last one, as it uses the others
};

}  // namespace netlite::test
