// SPDX-License-Identifier: MIT
//
// OsThread: a thread of the operating system with a stack of a chosen size.
// Thread-safety: for one strand at a time.
#pragma once

#include "platform/process.hpp"
#include "platform/thread.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace netlite {

/// In a forked child, where the thread does not exist, join() returns immediately.
class OsThread {
 public:
  OsThread() noexcept = default;

  /// Runs `body`, which must not throw.
  /// @param stackSize in bytes, rounded up to what the system allows; 0: the system's default
  /// @param what      the operation, for the exception: "start the server's thread"
  /// @throws std::system_error the system cannot start another thread
  OsThread(std::size_t stackSize, std::function<void()> body, const char* what);

  OsThread(OsThread&& other) noexcept;
  OsThread& operator=(OsThread&& other) noexcept;

  /// Detaches the thread if it was not joined.
  ~OsThread() { detach(); }

  /// Waits for the thread's end, if it is joinable. The thread must not join itself.
  void join() noexcept;

  /// Lets the thread end by itself, if it is joinable.
  void detach() noexcept;

 private:
  bool release() noexcept;

  platform::Thread thread_ = 0;
  std::uint32_t mark_ = 0;  // of the process that started the thread; 0: not joinable
};

}  // namespace netlite
