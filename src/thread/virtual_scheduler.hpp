// SPDX-License-Identifier: MIT
//
// The virtual threads' scheduler.
// Thread-safety: every function may be called from any strand.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

namespace netlite {

class Arena;
class ThreadState;
class VirtualThread;

namespace virtual_scheduler {

/// Whether this system and processor have virtual threads.
bool isAvailable() noexcept;

/// The stack of an OS thread that takes the place of a virtual one, small like that, in bytes.
constexpr std::size_t stackSizeOfSubstitute(std::size_t wanted) noexcept {
  return wanted != 0 ? wanted : std::size_t{64} * 1024;
}

/// Runs `body`, which must not throw, in a new virtual thread.
/// @param state     the thread's name and number
/// @param stackSize in bytes; 0: the default
/// @throws std::system_error there is no memory for a stack, or no carrier could be started
void start(std::shared_ptr<ThreadState> state, std::size_t stackSize, std::function<void()> body);

/// A virtual thread that has its stack and has not started. Objects that it will use can be put into its arena.
class Prepared {
 public:
  /// Empty.
  Prepared() noexcept = default;

  /// @throws std::system_error there is no memory for a stack
  explicit Prepared(std::size_t stackSize);
  Prepared(Prepared&& other) noexcept;
  Prepared& operator=(Prepared&& other) noexcept;
  ~Prepared();

  explicit operator bool() const noexcept { return thread_ != nullptr; }
  Arena* arena() const noexcept;

  /// Makes it run `body`, as start() does. Empty afterwards.
  /// @throws std::system_error no carrier could be started; nothing has changed
  void start(std::function<void()> body);

 private:
  VirtualThread* thread_ = nullptr;
};

/// Lets others run first. For the running virtual thread.
void yield() noexcept;

/// See VirtualThreads. The arguments are checked.
void setParallelism(int threads);
void dump(std::ostream& out);
void setStuckHandler(std::chrono::milliseconds limit,
                     std::function<void(const std::string& name, std::chrono::milliseconds held)> handler);

}  // namespace virtual_scheduler

}  // namespace netlite
