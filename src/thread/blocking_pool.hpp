// SPDX-License-Identifier: MIT
//
// BlockingPool: OS threads that make the calls which would hold up a carrier.
// Thread-safety: every member may be called from any strand, except construction and destruction.
#pragma once

#include "base/thread_annotations.hpp"
#include "thread/parker.hpp"
#include "thread/word_condition.hpp"
#include "thread/word_mutex.hpp"

#include <chrono>
#include <cstddef>
#include <functional>

namespace netlite {

/// Each call has a helper to itself. Further calls wait in the order of their arrival. Idle helpers end.
class BlockingPool {
 public:
  static constexpr std::size_t kMaxHelpers = 64;
  static constexpr std::chrono::milliseconds kIdleTime{2000};

  /// The program's pool. In a forked child it is a new one, as the parent's helpers do not exist there.
  static BlockingPool& shared();

  /// @param maxHelpers how many calls run together
  /// @param idleTime   how long a helper waits for a call before it ends
  explicit BlockingPool(std::size_t maxHelpers = kMaxHelpers, std::chrono::milliseconds idleTime = kIdleTime) noexcept;
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;

  /// Ends the idle helpers and waits for all of them. No call may be in progress.
  ~BlockingPool();

  /// Runs the call, which must not throw, in a helper. Parks the calling strand until it has returned.
  /// @throws std::system_error there is no helper, and the system cannot start a thread
  void run(const std::function<void()>& call) NETLITE_EXCLUDES(mutex_);

  /// Makes a call that must not throw and may block. In an OS thread it is just made, and in a virtual thread run()
  /// makes it; if no helper can be started, it holds up the carrier.
  static void runBlocking(const std::function<void()>& call) noexcept;

  /// The helpers that have not ended.
  std::size_t helperCount() NETLITE_EXCLUDES(mutex_);

 private:
  struct Job {
    explicit Job(const std::function<void()>& wanted) : call(wanted) {}

    const std::function<void()>& call;
    Parker caller;
    Job* next = nullptr;  // guarded by mutex_
  };

  void append(Job& job) NETLITE_REQUIRES(mutex_);
  void startHelper() NETLITE_REQUIRES(mutex_);
  void help() noexcept NETLITE_EXCLUDES(mutex_);
  bool awaitJob() NETLITE_REQUIRES(mutex_);
  Job& takeJob() NETLITE_REQUIRES(mutex_);

  const std::size_t max_helpers_;
  const std::chrono::milliseconds idle_time_;
  WordMutex mutex_;
  WordCondition appended_;  // or closing_
  WordCondition ended_;     // a helper
  Job* first_ NETLITE_GUARDED_BY(mutex_) = nullptr;
  Job* last_ NETLITE_GUARDED_BY(mutex_) = nullptr;
  std::size_t waiting_ NETLITE_GUARDED_BY(mutex_) = 0;  // jobs in the list
  std::size_t helpers_ NETLITE_GUARDED_BY(mutex_) = 0;
  std::size_t idle_ NETLITE_GUARDED_BY(mutex_) = 0;  // helpers without a job
  bool closing_ NETLITE_GUARDED_BY(mutex_) = false;
};

}  // namespace netlite
