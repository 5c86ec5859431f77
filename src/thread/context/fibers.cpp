// SPDX-License-Identifier: MIT
//
// Contexts over the fibers of Windows. The system makes their stacks, and switches what a debugger, structured
// exceptions, shadow stacks and fiber-local storage need.
#include "thread/context/context.hpp"
#include "thread/context/exception_state.hpp"

#include <windows.h>

#include <cassert>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace netlite {

// What a fiber is started with, and works for one flow after the other.
struct SystemFiber {
  void* fiber = nullptr;
  std::size_t stackSize = 0;
  Context* context = nullptr;  // these three: of the flow
  Context::Entry entry = nullptr;
  void* argument = nullptr;
  SystemFiber* next = nullptr;  // in the list of idle ones
};

namespace {

// What is in memory of a stack from the start.
constexpr std::size_t kCommitted = 4096;

// Making a fiber takes some 30 us, so a number of those that have ended are kept.
class IdleFibers {
 public:
  SystemFiber* take(std::size_t stackSize) noexcept {
    const Lock lock(lock_);
    for (SystemFiber** place = &first_; *place != nullptr; place = &(*place)->next) {
      if ((*place)->stackSize != stackSize) continue;
      --count_;
      return std::exchange(*place, (*place)->next);
    }
    return nullptr;
  }

  // Returns false if there are enough.
  bool put(SystemFiber& idle) noexcept {
    const Lock lock(lock_);
    if (count_ == kMax) return false;
    ++count_;
    idle.next = std::exchange(first_, &idle);
    return true;
  }

 private:
  static constexpr int kMax = 256;

  class Lock {
   public:
    explicit Lock(SRWLOCK& lock) noexcept : lock_(lock) { ::AcquireSRWLockExclusive(&lock_); }
    ~Lock() { ::ReleaseSRWLockExclusive(&lock_); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    SRWLOCK& lock_;
  };

  SRWLOCK lock_ = SRWLOCK_INIT;
  SystemFiber* first_ = nullptr;  // these two: guarded by lock_
  int count_ = 0;
};

IdleFibers idle_fibers;  // constant initialized, and without a destructor: virtual threads run until the process ends

SystemFiber* makeFiber(std::size_t stackSize, LPFIBER_START_ROUTINE start) noexcept {
  std::unique_ptr<SystemFiber> made(new (std::nothrow) SystemFiber);
  if (!made) return nullptr;
  made->stackSize = stackSize;
  made->fiber = ::CreateFiberEx(kCommitted, stackSize, FIBER_FLAG_FLOAT_SWITCH, start, made.get());
  return made->fiber != nullptr ? made.release() : nullptr;
}

void keepOrDelete(SystemFiber* idle) noexcept {
  if (idle_fibers.put(*idle)) return;
  ::DeleteFiber(idle->fiber);
  delete idle;
}

// A fiber that is running can be neither used for another flow nor deleted. So the flow that it has switched to does
// this.
void collect(FiberTools& arrived) noexcept {
  if (arrived.ended != nullptr) keepOrDelete(std::exchange(arrived.ended, nullptr));
}

// Only a fiber can switch to another one.
void* fiberOfThread() noexcept {
  void* const fiber =
      ::IsThreadAFiber() != 0 ? ::GetCurrentFiber() : ::ConvertThreadToFiberEx(nullptr, FIBER_FLAG_FLOAT_SWITCH);
  if (fiber == nullptr) std::terminate();  // out of memory
  return fiber;
}

}  // namespace

// What the system calls in a new fiber.
struct Context::Start {
  static void CALLBACK run(void* fiber) { begin(fiber); }
};

bool hasContexts() noexcept { return true; }

Context::Context() noexcept : exceptions_(exceptionState()) {}

std::size_t Context::memoryFor(std::size_t) noexcept { return 0; }

bool Context::prepare(void*, void*, std::size_t stackSize, Entry entry, void* argument) noexcept {
  SystemFiber* flow = idle_fibers.take(stackSize);
  if (flow == nullptr) flow = makeFiber(stackSize, Start::run);
  if (flow == nullptr) return false;
  flow->context = this;
  flow->entry = entry;
  flow->argument = argument;
  tools_.fiber = flow->fiber;
  caught_exceptions_ = nullptr;
  uncaught_exceptions_ = 0;
  return true;
}

// What a fiber was started with is where GetFiberData() finds it, too.
void Context::abandon() noexcept {
  keepOrDelete(*static_cast<SystemFiber**>(tools_.fiber));
  tools_.fiber = nullptr;
}

// Each round is a flow. The next one may be another OS thread's, so nothing of a thread is kept from round to round.
void Context::begin(void* fiber) noexcept {
  SystemFiber& self = *static_cast<SystemFiber*>(fiber);
  for (;;) {
    collect(self.context->tools_);
    self.context->exitTo(self.entry(self.argument));
  }
}

void Context::switchTo(Context& next) noexcept {
  if (tools_.fiber == nullptr) tools_.fiber = fiberOfThread();
  swapExceptions(next);
  ::SwitchToFiber(next.tools_.fiber);
  collect(tools_);
}

// Returns when the fiber has another flow to run, whose context need not be this one.
void Context::exitTo(Context& next) noexcept {
  swapExceptions(next);
  assert(caught_exceptions_ == nullptr && uncaught_exceptions_ == 0);
  next.tools_.ended = static_cast<SystemFiber*>(::GetFiberData());
  ::SwitchToFiber(next.tools_.fiber);
}

}  // namespace netlite
