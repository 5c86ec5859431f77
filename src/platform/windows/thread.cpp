// SPDX-License-Identifier: MIT
//
// Threads over the C runtime's _beginthreadex: std::thread cannot choose the size of a stack.
// Thread-safety: as platform/thread.hpp promises; no state here.
#include "platform/thread.hpp"

#include "platform/windows/fiber_local.hpp"

#include <windows.h>

#include <process.h>

#include <algorithm>
#include <memory>
#include <new>
#include <thread>
#include <utility>

namespace netlite::platform {

namespace {

using Body = std::function<void()>;

unsigned __stdcall runBody(void* argument) {
  // Moved to this stack, so that the heap copy is freed now: a server has many threads, and most only wait.
  const Body body = std::move(*std::unique_ptr<Body>(static_cast<Body*>(argument)));
  body();
  return 0;
}

HANDLE nativeThread(Thread thread) { return reinterpret_cast<HANDLE>(thread); }

struct EndOfThread {
  void (*function)(void*);
  void* argument;
};

void WINAPI endThread(void* value) {
  const EndOfThread end = *std::unique_ptr<EndOfThread>(static_cast<EndOfThread*>(value));
  end.function(end.argument);
}

}  // namespace

Result<Thread> startThread(std::size_t stackSize, std::function<void()> body) {
  auto owned = std::make_unique<Body>(std::move(body));
  const auto size = static_cast<unsigned>(stackSize);  // Windows rounds it up, and takes 32 bits
  if (size != stackSize) return std::make_error_code(std::errc::resource_unavailable_try_again);
  // With this flag the size is that of the whole stack, not of the part that is in memory from the start.
  const Thread thread =
      ::_beginthreadex(nullptr, size, runBody, owned.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  // errno has several values; all mean that no thread can be started.
  if (thread == 0) return std::make_error_code(std::errc::resource_unavailable_try_again);
  static_cast<void>(owned.release());  // the thread owns it now
  return thread;
}

void joinThread(Thread thread) noexcept {
  ::WaitForSingleObject(nativeThread(thread), INFINITE);
  ::CloseHandle(nativeThread(thread));
}

void detachThread(Thread thread) noexcept { ::CloseHandle(nativeThread(thread)); }

bool callAtThreadEnd(void (*function)(void*), void* argument) noexcept {
  static const DWORD slot = allocateFiberLocal(endThread);
  std::unique_ptr<EndOfThread> end(new (std::nothrow) EndOfThread{function, argument});
  if (!end || !::FlsSetValue(slot, end.get())) return false;
  static_cast<void>(end.release());  // the slot owns it now
  return true;
}

std::size_t processorCount() noexcept { return std::max(1u, std::thread::hardware_concurrency()); }

int forbidCancellation() noexcept { return 0; }

void allowCancellation(int) noexcept {}

}  // namespace netlite::platform
