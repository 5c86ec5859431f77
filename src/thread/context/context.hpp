// SPDX-License-Identifier: MIT
//
// Context: a flow of control that can be left in mid-function and resumed later by the same OS thread.
// Thread-safety: for one OS thread at a time.
#pragma once

#include "thread/context/fiber_tools.hpp"

#include <cstddef>

namespace __cxxabiv1 {
struct __cxa_eh_globals;
}

namespace netlite {

/// Whether contexts exist for this processor and system. Without them no member of Context may be called except the
/// constructor and memoryFor().
bool hasContexts() noexcept;

/// What a suspended flow consists of: its stack, on which its registers are saved, its exception state, and what
/// sanitizers and valgrind know about it. Small, since it occupies a part of each stack's first page. Memory of zeros
/// is a context that nothing was prepared for.
///
/// A flow is pinned to the OS thread that resumed it first: compilers keep addresses of thread-local variables across
/// a switch. The rounding mode and the floating-point flags are not switched: they belong to the OS thread. Only on
/// Windows, where flows are fibers, each flow has its own.
class Context {
 public:
  /// The flow that the calling OS thread runs. The first switchTo() saves it here.
  Context() noexcept;

  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// What a flow does: it runs, and ends by returning the context that is resumed next.
  using Entry = Context& (*)(void* argument) noexcept;

  /// How much memory prepare() needs for a stack of this size, in bytes: as much, or nothing where the system makes
  /// the stack itself (Windows: with each fiber).
  static std::size_t memoryFor(std::size_t stackSize) noexcept;

  /// Makes this a new flow, which the first switch to it starts with entry(argument). The flow that was here before
  /// must have ended.
  /// @param bottom    the lowest address of the memory for the stack
  /// @param top       its end. Memory from there on is the caller's
  /// @param stackSize in bytes; for a system that makes the stack itself
  /// @return false if that system has no room for another stack. Then the context is as it was
  bool prepare(void* bottom, void* top, std::size_t stackSize, Entry entry, void* argument) noexcept;

  /// Undoes prepare() for a flow that was never resumed.
  void abandon() noexcept;

  /// Saves the running flow, which must be this one, and resumes `next`. Returns when another flow switches to this
  /// one.
  void switchTo(Context& next) noexcept;

  /// The stack pointer of this suspended flow. What is below it on the stack is unused. Null where memoryFor() is 0.
  void* stackPointer() const noexcept { return stack_pointer_; }

 private:
  struct Start;

  [[noreturn]] static void begin(void* start) noexcept;
  void exitTo(Context& next) noexcept;
  void swapExceptions(Context& next) noexcept;

  void* stack_pointer_ = nullptr;
  __cxxabiv1::__cxa_eh_globals* exceptions_;  // the C++ runtime's exception state of the OS thread
  void* caught_exceptions_ = nullptr;         // its two words while this flow is suspended
  unsigned int uncaught_exceptions_ = 0;
  FiberTools tools_;
};

}  // namespace netlite
