// SPDX-License-Identifier: MIT
//
// Threads over pthreads: std::thread has no say in the size of a stack.
// Thread-safety: as platform.hpp promises; no state here.
#include "platform/platform.hpp"

#include <limits.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace netlite::platform {

namespace {

using Body = std::function<void()>;

static_assert(sizeof(pthread_t) <= sizeof(Thread), "a pthread_t has to fit into the contract's Thread");

extern "C" void* runBody(void* argument) {
  // Onto the stack: a server has many threads, and most only wait.
  const Body body = std::move(*std::unique_ptr<Body>(static_cast<Body*>(argument)));
  body();
  return nullptr;
}

// Some systems refuse a stack that is too small or no multiple of a page.
std::size_t allowedStackSize(std::size_t size) {
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t wanted = std::max<std::size_t>(size, static_cast<std::size_t>(PTHREAD_STACK_MIN));
  return (wanted + page - 1) / page * page;
}

}  // namespace

StartedThread startThread(std::size_t stackSize, std::function<void()> body) {
  pthread_attr_t attributes;
  if (const int error = ::pthread_attr_init(&attributes)) return {0, systemError(error)};
  if (stackSize != 0) ::pthread_attr_setstacksize(&attributes, allowedStackSize(stackSize));
  auto owned = std::make_unique<Body>(std::move(body));
  pthread_t thread{};
  const int error = ::pthread_create(&thread, &attributes, runBody, owned.get());
  ::pthread_attr_destroy(&attributes);
  if (error != 0) return {0, systemError(error)};
  static_cast<void>(owned.release());  // the thread has it now
  return {(Thread)thread, {}};
}

void joinThread(Thread thread) noexcept { ::pthread_join((pthread_t)thread, nullptr); }

void detachThread(Thread thread) noexcept { ::pthread_detach((pthread_t)thread); }

}  // namespace netlite::platform
