// SPDX-License-Identifier: MIT
//
// The tie between a reader and a writer, as the reader uses it.
// Thread-safety: every member may be called from any thread.
#include "io/tie.hpp"

#include "base/unwinding.hpp"
#include "thread/timed_lock.hpp"

#include <utility>

namespace netlite {

Tie::Tie(std::unique_ptr<OutputStream> stream, std::size_t bufferSize) : buffer_(std::move(stream), bufferSize) {}

void Tie::flushRemembering() {
  remembering([](WriteBuffer& buffer) { buffer.flush(); });
}

bool Tie::hasText() {
  TimedLock lock(mutex_);
  return !buffer_.isEmpty();
}

void Tie::flushBeforeWaiting() {
  TimedLock lock(mutex_);
  if (buffer_.isEmpty()) return buffer_.trim();
  // The caller is reading, so it gets no exception of the writer's stream, whatever the type.
  failureOf([this]() NETLITE_NO_THREAD_SAFETY_ANALYSIS { flushRemembering(); });  // runs with the lock held
}

void Tie::rest() {
  TimedLock lock(mutex_);
  buffer_.expect(0);
  buffer_.trim();
}

void Tie::end() noexcept {
  TimedLock lock(mutex_);
  try {
    if (!closed_ && !error_) remembering([](WriteBuffer& buffer) { buffer.flushAtEnd(); });
  } catch (...) {
    // Even what is not a std::system_error must not end the program here.
  }
  buffer_.releaseStream();
}

}  // namespace netlite
