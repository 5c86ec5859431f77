// SPDX-License-Identifier: MIT
#include "thread/blocking_pool.hpp"

#include "base/deadline.hpp"
#include "base/no_destructor.hpp"
#include "platform/process.hpp"
#include "thread/activity.hpp"
#include "thread/os_thread.hpp"
#include "thread/virtual_thread.hpp"

#include <cassert>
#include <exception>
#include <system_error>

namespace netlite {

namespace {

NoDestructor<BlockingPool>& sharedPool() {
  static NoDestructor<BlockingPool> pool;
  return pool;
}

void forgetHelpers() { sharedPool().reset(); }

platform::ForkRepair forget_helpers{forgetHelpers};

// The pool is made first: a fork may come while another thread is the first to use it.
[[maybe_unused]] const bool pool_is_registered = (sharedPool(), platform::repairInForkedChild(forget_helpers), true);

}  // namespace

BlockingPool& BlockingPool::shared() { return *sharedPool(); }

BlockingPool::BlockingPool(std::size_t maxHelpers, std::chrono::milliseconds idleTime) noexcept
    : max_helpers_(maxHelpers), idle_time_(idleTime) {}

BlockingPool::~BlockingPool() {
  const WordMutexLock lock(mutex_);
  assert(waiting_ == 0);
  closing_ = true;
  appended_.notifyAll();
  while (helpers_ != 0) ended_.wait(mutex_);
}

void BlockingPool::run(const std::function<void()>& call) {
  Job job(call);
  {
    const WordMutexLock lock(mutex_);
    if (waiting_ >= idle_ && helpers_ < max_helpers_) startHelper();
    append(job);
    appended_.notifyOne();
  }
  const auto what = [] { return "a call that blocks"; };
  const Activity blocking(lazyText(what));
  job.caller.park(Deadline::never());
}

void BlockingPool::runBlocking(const std::function<void()>& call) noexcept {
  if (VirtualThread::current() == nullptr) return call();
  try {
    shared().run(call);
  } catch (const std::exception&) {
    call();
  }
}

std::size_t BlockingPool::helperCount() {
  const WordMutexLock lock(mutex_);
  return helpers_;
}

void BlockingPool::append(Job& job) {
  (last_ == nullptr ? first_ : last_->next) = &job;
  last_ = &job;
  ++waiting_;
}

// If the system has no room for another helper, those that exist make the call.
void BlockingPool::startHelper() {
  try {
    OsThread(
        0, [this] { help(); }, "start a thread for a blocking call")
        .detach();
    ++helpers_;
    ++idle_;
  } catch (const std::system_error&) {
    if (helpers_ == 0) throw;
  }
}

void BlockingPool::help() noexcept {
  WordMutexLock lock(mutex_);
  while (awaitJob()) {
    Job& job = takeJob();
    --idle_;
    lock.unlock();
    job.call();
    lock.lock();
    ++idle_;              // before the caller goes on, whose next call then finds this helper
    job.caller.unpark();  // from here on the job may be gone
  }
  --idle_;
  --helpers_;
  ended_.notifyAll();
}

// False when the helper has been idle for too long.
bool BlockingPool::awaitJob() {
  const Deadline deadline = Deadline::after(idle_time_);
  while (waiting_ == 0) {
    if (closing_ || (!appended_.waitUntil(mutex_, deadline) && waiting_ == 0)) return false;
  }
  return true;
}

BlockingPool::Job& BlockingPool::takeJob() {
  Job& job = *first_;
  first_ = job.next;
  if (first_ == nullptr) last_ = nullptr;
  --waiting_;
  return job;
}

}  // namespace netlite
