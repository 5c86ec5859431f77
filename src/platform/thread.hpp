// SPDX-License-Identifier: MIT
//
// The platform contract, section thread: threads with a stack of a chosen size.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "platform/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace netlite::platform {

/// A thread that has to be joined or detached, once.
using Thread = std::uintptr_t;

/// Runs `body` in a new thread; an exception must not leave it, except the one that ends the thread (pthread_exit,
/// pthread_cancel). std::errc::resource_unavailable_try_again if the system cannot start another thread.
/// @param stackSize in bytes, besides what the program's thread-local storage takes; rounded up to what the system
///                  allows; 0: the system's default
Result<Thread> startThread(std::size_t stackSize, std::function<void()> body);

/// Waits for the end of the thread, which must not be the calling one. Not a cancellation point.
void joinThread(Thread thread) noexcept;

/// Lets the thread end by itself.
void detachThread(Thread thread) noexcept;

/// Calls function(argument) in the calling thread when it ends. On POSIX systems that is after the destructors of the
/// thread_local variables that the thread uses for the first time from now on. May be called once in each thread.
/// Returns false if the thread is already ending or memory has run out; then the function is not called.
bool callAtThreadEnd(void (*function)(void*), void* argument) noexcept;

/// How many processors this process may use; at least 1.
std::size_t processorCount() noexcept;

/// Keeps pthread_cancel from ending the calling thread. Returns the argument for allowCancellation.
int forbidCancellation() noexcept;
void allowCancellation(int before) noexcept;

/// While it lives, no call of its thread is a cancellation point. For destructors and other code that an exception must
/// not leave.
class NoCancellation {
 public:
  NoCancellation() noexcept : before_(forbidCancellation()) {}
  ~NoCancellation() { allowCancellation(before_); }
  NoCancellation(const NoCancellation&) = delete;
  NoCancellation& operator=(const NoCancellation&) = delete;

 private:
  const int before_;
};

}  // namespace netlite::platform
