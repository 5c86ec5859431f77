// SPDX-License-Identifier: MIT
//
// FiberTools: informs AddressSanitizer, ThreadSanitizer or valgrind about a context. On Windows: the context's fiber.
// Thread-safety: for one OS thread at a time.
#pragma once

#include <cstddef>
#include <utility>

#if defined(_WIN32)
#define NETLITE_SYSTEM_FIBERS
#elif defined(__SANITIZE_ADDRESS__)
#define NETLITE_ASAN_FIBERS
#elif defined(__SANITIZE_THREAD__)
#define NETLITE_TSAN_FIBERS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NETLITE_ASAN_FIBERS
#elif __has_feature(thread_sanitizer)
#define NETLITE_TSAN_FIBERS
#endif
#endif

#if defined(NETLITE_ASAN_FIBERS)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#elif defined(NETLITE_TSAN_FIBERS)
#include <sanitizer/tsan_interface.h>
#elif !defined(NETLITE_SYSTEM_FIBERS) && defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#define NETLITE_VALGRIND_FIBERS
#include <valgrind/valgrind.h>
#endif
#endif

namespace netlite {

#if defined(NETLITE_SYSTEM_FIBERS)

struct SystemFiber;

/// The system informs its tools itself.
struct FiberTools {
  void* fiber = nullptr;         // as the system names it; null: an OS thread's own flow that was never left
  SystemFiber* ended = nullptr;  // the one of the flow that ended when it switched to this one
};

#else

// Each variant has the same five functions:
//   adopt()         the calling OS thread's own flow
//   create()        a new flow on the stack [bottom, top)
//   leaveFor(next)  the running flow is just about to switch to `next`
//   endFor(next)    the same, forever
//   arrive()        the flow has just been started or resumed
// The last three are always inlined: ThreadSanitizer and AddressSanitizer count a function's entry and its return, and
// both have to happen on the same flow.

#if defined(NETLITE_ASAN_FIBERS)

class FiberTools {
 public:
  // The bounds of the OS thread's stack are not known yet: the first flow that it switches to learns them.
  void adopt() noexcept {}

  // The frames of the flow that was here before are still marked as they were when it left.
  void create(void* bottom, void* top) noexcept {
    bottom_ = bottom;
    size_ = static_cast<std::size_t>(static_cast<char*>(top) - static_cast<char*>(bottom));
    fake_stack_ = nullptr;
    __asan_unpoison_memory_region(bottom, size_);
  }

  [[gnu::always_inline]] void leaveFor(FiberTools& next) noexcept {
    next.previous_ = this;
    __sanitizer_start_switch_fiber(&fake_stack_, next.bottom_, next.size_);
  }

  // Without a place for its fake stack, AddressSanitizer frees it.
  [[gnu::always_inline]] void endFor(FiberTools& next) noexcept {
    next.previous_ = this;
    __sanitizer_start_switch_fiber(nullptr, next.bottom_, next.size_);
  }

  [[gnu::always_inline]] void arrive() noexcept {
    __sanitizer_finish_switch_fiber(fake_stack_, &previous_->bottom_, &previous_->size_);
  }

 private:
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
  void* fake_stack_ = nullptr;
  FiberTools* previous_ = nullptr;  // the flow that switched to this one
};

#elif defined(NETLITE_TSAN_FIBERS)

class FiberTools {
 public:
  void adopt() noexcept { fiber_ = __tsan_get_current_fiber(); }

  void create(void*, void*) noexcept { fiber_ = __tsan_create_fiber(0); }

  [[gnu::always_inline]] void leaveFor(FiberTools& next) noexcept { __tsan_switch_to_fiber(next.fiber_, 0); }

  // A fiber cannot destroy itself.
  [[gnu::always_inline]] void endFor(FiberTools& next) noexcept {
    next.ended_ = std::exchange(fiber_, nullptr);
    __tsan_switch_to_fiber(next.fiber_, 0);
  }

  [[gnu::always_inline]] void arrive() noexcept {
    if (ended_ != nullptr) __tsan_destroy_fiber(std::exchange(ended_, nullptr));
  }

 private:
  void* fiber_ = nullptr;
  void* ended_ = nullptr;  // the fiber of the flow that ended when it switched to this one
};

#elif defined(NETLITE_VALGRIND_FIBERS)

class FiberTools {
 public:
  void adopt() noexcept {}

  void create(void* bottom, void* top) noexcept {
    stack_ = static_cast<unsigned int>(VALGRIND_STACK_REGISTER(bottom, static_cast<char*>(top) - 1));
  }

  void leaveFor(FiberTools&) noexcept {}

  void endFor(FiberTools&) noexcept { VALGRIND_STACK_DEREGISTER(stack_); }

  void arrive() noexcept {}

 private:
  unsigned int stack_ = 0;  // valgrind's number for it
};

#else

class FiberTools {
 public:
  void adopt() noexcept {}
  void create(void*, void*) noexcept {}
  void leaveFor(FiberTools&) noexcept {}
  void endFor(FiberTools&) noexcept {}
  void arrive() noexcept {}
};

#endif

#endif

/// Memory that will be stacks as long as the program runs. LeakSanitizer searches it for pointers: they may be the only
/// ones to what a suspended flow has allocated.
inline void noteStackMemory([[maybe_unused]] const void* bottom, [[maybe_unused]] const void* top) noexcept {
#ifdef NETLITE_ASAN_FIBERS
  const auto size = static_cast<const char*>(top) - static_cast<const char*>(bottom);
  __lsan_register_root_region(bottom, static_cast<std::size_t>(size));
#endif
}

}  // namespace netlite
