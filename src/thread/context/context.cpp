// SPDX-License-Identifier: MIT
#include "thread/context/context.hpp"

#include "thread/context/exception_state.hpp"
#include "thread/context/processor.hpp"

#include <cassert>
#include <cstdint>
#include <exception>

namespace netlite {

// At the top of a new flow's stack.
struct Context::Start {
  Context* context;
  Entry entry;
  void* argument;
};

bool hasContexts() noexcept { return true; }

Context::Context() noexcept : exceptions_(exceptionState()) { tools_.adopt(); }

std::size_t Context::memoryFor(std::size_t stackSize) noexcept { return stackSize; }

bool Context::prepare(void* bottom, void* top, std::size_t, Entry entry, void* argument) noexcept {
  const auto end = reinterpret_cast<std::uintptr_t>(top) / alignof(Start) * alignof(Start);
  tools_.create(bottom, top);
  auto* const start = reinterpret_cast<Start*>(end) - 1;
  *start = Start{this, entry, argument};
  stack_pointer_ = newFlow(start, begin, start);
  caught_exceptions_ = nullptr;
  uncaught_exceptions_ = 0;
  return true;
}

void Context::abandon() noexcept {}

void Context::begin(void* start) noexcept {
  const Start copy = *static_cast<Start*>(start);
  copy.context->tools_.arrive();
  copy.context->exitTo(copy.entry(copy.argument));
  std::terminate();  // a flow that has ended was resumed
}

void Context::switchTo(Context& next) noexcept {
  swapExceptions(next);
  tools_.leaveFor(next.tools_);
  netlite_switch_context(&stack_pointer_, next.stack_pointer_);
  tools_.arrive();
}

// Leaves the flow, which is running, forever. Afterwards the context and the stack may be reused.
void Context::exitTo(Context& next) noexcept {
  swapExceptions(next);
  assert(caught_exceptions_ == nullptr && uncaught_exceptions_ == 0);
  tools_.endFor(next.tools_);
  netlite_switch_context(&stack_pointer_, next.stack_pointer_);
}

}  // namespace netlite
