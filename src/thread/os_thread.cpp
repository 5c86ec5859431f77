// SPDX-License-Identifier: MIT
#include "thread/os_thread.hpp"

#include <system_error>
#include <utility>

namespace netlite {

OsThread::OsThread(std::size_t stackSize, std::function<void()> body, const char* what) {
  const platform::Result<platform::Thread> started = platform::startThread(stackSize, std::move(body));
  if (!started) throw std::system_error(started.error(), what);
  thread_ = *started;
  mark_ = platform::processMark();
}

OsThread::OsThread(OsThread&& other) noexcept : thread_(other.thread_), mark_(std::exchange(other.mark_, 0)) {}

OsThread& OsThread::operator=(OsThread&& other) noexcept {
  std::swap(thread_, other.thread_);
  std::swap(mark_, other.mark_);
  return *this;
}

void OsThread::join() noexcept {
  if (release()) platform::joinThread(thread_);
}

void OsThread::detach() noexcept {
  if (release()) platform::detachThread(thread_);
}

// True if the thread is one of this process, and was joinable until now.
bool OsThread::release() noexcept { return std::exchange(mark_, 0) == platform::processMark(); }

}  // namespace netlite
