// SPDX-License-Identifier: MIT
//
// Threads over pthreads: std::thread cannot choose the size of a stack.
// Thread-safety: as platform/thread.hpp promises; no shared state here except one number, computed once.
#include "platform/thread.hpp"

#include "platform/error.hpp"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#ifdef __linux__
#include <link.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

namespace netlite::platform {

namespace {

using Body = std::function<void()>;

static_assert(sizeof(pthread_t) <= sizeof(Thread), "a pthread_t has to fit into the contract's Thread");

Thread toThread(pthread_t native) {
  Thread thread = 0;
  std::memcpy(&thread, &native, sizeof native);
  return thread;
}

pthread_t toNative(Thread thread) {
  pthread_t native{};
  std::memcpy(&native, &thread, sizeof native);
  return native;
}

extern "C" void* runBody(void* argument) {
  // Moved to this stack, so that the heap copy is freed now: a server has many threads, and most only wait.
  const Body body = std::move(*std::unique_ptr<Body>(static_cast<Body*>(argument)));
  body();
  return nullptr;
}

#ifdef __linux__
extern "C" int addThreadLocals(dl_phdr_info* module, std::size_t, void* sum) {
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& segment = module->dlpi_phdr[i];
    if (segment.p_type == PT_TLS) *static_cast<std::size_t*>(sum) += segment.p_memsz + segment.p_align;
  }
  return 0;
}

// glibc and musl put thread_local variables onto the stack that the program asked for.
std::size_t sizeOfThreadLocals() {
  std::size_t sum = 0;
  ::dl_iterate_phdr(addThreadLocals, &sum);
  return sum;
}
#else
std::size_t sizeOfThreadLocals() { return 0; }
#endif

// Half the address space. No system has room for a larger stack, and a sum with one of this size does not overflow.
constexpr std::size_t kMaxStackSize = std::numeric_limits<std::size_t>::max() / 2;

// Some systems refuse a stack that is too small or not a multiple of the page size.
std::size_t allowedStackSize(std::size_t size) {
  static const std::size_t threadLocals = sizeOfThreadLocals();
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t wanted = std::max(size, static_cast<std::size_t>(PTHREAD_STACK_MIN)) + threadLocals;
  return (wanted + page - 1) / page * page;
}

// Thread-local storage may have grown since it was measured (dlopen). Then pthread_create reports EINVAL, and this
// tries larger stacks.
int createWithStack(pthread_t& thread, pthread_attr_t& attributes, std::size_t stackSize, Body* body) {
  constexpr std::size_t kMaxTry = std::size_t{64} * 1024 * 1024;
  if (::pthread_attr_setstacksize(&attributes, stackSize) != 0) return EAGAIN;  // musl refuses the largest sizes
  int error = ::pthread_create(&thread, &attributes, runBody, body);
  while (error == EINVAL && stackSize <= kMaxTry / 2) {
    stackSize *= 2;
    ::pthread_attr_setstacksize(&attributes, stackSize);
    error = ::pthread_create(&thread, &attributes, runBody, body);
  }
  return error;
}

int createThread(pthread_t& thread, std::size_t stackSize, Body* body) {
  if (stackSize == 0) return ::pthread_create(&thread, nullptr, runBody, body);
  if (stackSize > kMaxStackSize) return EAGAIN;
  pthread_attr_t attributes;
  if (const int error = ::pthread_attr_init(&attributes)) return error;
  const int error = createWithStack(thread, attributes, allowedStackSize(stackSize), body);
  ::pthread_attr_destroy(&attributes);
  return error;
}

thread_local bool end_has_begun = false;

struct EndOfThread {
  ~EndOfThread() {
    end_has_begun = true;
    function(argument);
  }

  void (*const function)(void*);
  void* const argument;
};

}  // namespace

Result<Thread> startThread(std::size_t stackSize, std::function<void()> body) {
  auto owned = std::make_unique<Body>(std::move(body));
  pthread_t thread{};
  if (const int error = createThread(thread, stackSize, owned.get())) return systemError(error);
  static_cast<void>(owned.release());  // the thread owns it now
  return toThread(thread);
}

void joinThread(Thread thread) noexcept {
  const NoCancellation uninterrupted;
  ::pthread_join(toNative(thread), nullptr);
}

void detachThread(Thread thread) noexcept { ::pthread_detach(toNative(thread)); }

bool callAtThreadEnd(void (*function)(void*), void* argument) noexcept {
  if (end_has_begun) return false;
  thread_local EndOfThread end{function, argument};
  static_cast<void>(end);
  return true;
}

std::size_t processorCount() noexcept {
#ifdef __linux__
  cpu_set_t allowed;  // not what the machine has: a container or taskset may allow fewer
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) return static_cast<std::size_t>(CPU_COUNT(&allowed));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

int forbidCancellation() noexcept {
  int before = 0;
#ifdef PTHREAD_CANCEL_DISABLE
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
#endif
  return before;
}

void allowCancellation([[maybe_unused]] int before) noexcept {
#ifdef PTHREAD_CANCEL_DISABLE
  ::pthread_setcancelstate(before, nullptr);
#endif
}

}  // namespace netlite::platform
