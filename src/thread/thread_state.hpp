// SPDX-License-Identifier: MIT
//
// ThreadState: what all handles to a thread share. The thread may be an OS thread, also one that netlite did not start,
// or a virtual thread.
// Thread-safety: every member may be called from any strand; the field `executor` belongs to the thread itself.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace netlite {

class ThreadState : public std::enable_shared_from_this<ThreadState> {
 public:
  /// @param name empty: "Thread-" and the number
  ThreadState(std::string name, bool isVirtual);

  /// The state of the running thread; created now if netlite did not start it.
  static std::shared_ptr<ThreadState> current();

  /// Whether the running thread is a virtual one.
  static bool isCurrentVirtual() noexcept;

  /// Starts the thread, which runs the task. What leaves the task ends the program.
  /// @param stackSize in bytes; 0: the default
  /// @throws std::system_error there is no memory for a stack, or the system cannot start another thread
  void start(std::size_t stackSize, std::function<void()> task);

  std::uint64_t id() const noexcept { return id_; }
  const std::string& name() const noexcept { return name_; }
  bool isVirtual() const noexcept { return is_virtual_; }
  bool isAlive() NETLITE_EXCLUDES(mutex_);

  /// False when the deadline came before the thread's end.
  bool awaitEnd(Deadline deadline) NETLITE_EXCLUDES(mutex_);

  /// Keeps the thread alive in a forked child, where only the one that called fork exists.
  void surviveFork() noexcept;

  const void* executor = nullptr;  // whose task the thread runs

 private:
  void runInOsThread(std::function<void()> task) noexcept;
  void runInVirtualThread(std::function<void()> task) noexcept;
  bool becomeCurrentOsThread();
  void end() noexcept NETLITE_EXCLUDES(mutex_);
  bool hasEnded() const NETLITE_REQUIRES(mutex_);

  const std::uint64_t id_;
  const std::string name_;
  const bool is_virtual_;
  std::atomic<std::uint32_t> mark_;  // of the process in which the thread exists
  WordMutex mutex_;
  WordCondition ended_;
  bool has_ended_ NETLITE_GUARDED_BY(mutex_) = false;
};

}  // namespace netlite
