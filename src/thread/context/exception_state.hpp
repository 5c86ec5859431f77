// SPDX-License-Identifier: MIT
//
// How a switch of contexts swaps what the C++ runtime knows of exceptions, for those files that implement the switch.
// Thread-safety: for one OS thread at a time.
#pragma once

#include "thread/context/context.hpp"

#include <utility>

#ifdef _MSC_VER

namespace netlite {

// This runtime keeps all of it in fiber-local storage.
inline __cxxabiv1::__cxa_eh_globals* exceptionState() noexcept { return nullptr; }

inline void Context::swapExceptions(Context&) noexcept {}

}  // namespace netlite

#else

namespace __cxxabiv1 {

// The first two members of the C++ runtime's own struct, the same in libstdc++ and libc++abi, and the function that
// returns that of the calling OS thread.
struct __cxa_eh_globals {
  void* caughtExceptions;
  unsigned int uncaughtExceptions;
};
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;

}  // namespace __cxxabiv1

namespace netlite {

inline __cxxabiv1::__cxa_eh_globals* exceptionState() noexcept { return __cxxabiv1::__cxa_get_globals(); }

// A flow may be inside a catch block, or in a destructor during unwinding, when it is left.
inline void Context::swapExceptions(Context& next) noexcept {
  next.exceptions_ = exceptions_;
  caught_exceptions_ = std::exchange(exceptions_->caughtExceptions, next.caught_exceptions_);
  uncaught_exceptions_ = std::exchange(exceptions_->uncaughtExceptions, next.uncaught_exceptions_);
}

}  // namespace netlite

#endif
