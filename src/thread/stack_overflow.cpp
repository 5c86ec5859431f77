// SPDX-License-Identifier: MIT
#include "thread/stack_overflow.hpp"

#include "platform/stack.hpp"

#include <atomic>
#include <cstdlib>

namespace netlite {

namespace {

std::atomic<NameOfStack> name_of_stack{nullptr};

platform::Overflow overflowOf(const Stack& stack, NameOfStack nameOfStack) noexcept {
  return {nameOfStack(stack.bottom), StackPool::sizeOf(stack)};
}

bool findOverflow(const void* address, platform::Overflow& found) noexcept {
  Stack stack;
  if (!StackPool::findByGuard(address, stack)) return false;
  found = overflowOf(stack, name_of_stack.load(std::memory_order_acquire));
  return true;
}

}  // namespace

void installOverflowReporting(NameOfStack nameOfStack) noexcept {
  NameOfStack none = nullptr;
  if (name_of_stack.compare_exchange_strong(none, nameOfStack, std::memory_order_release, std::memory_order_relaxed)) {
    platform::reportOverflows(findOverflow);
  }
  platform::useOverflowStack();  // without it an overflow still ends the program
}

void failForOverflow(const Stack& stack, NameOfStack nameOfStack) noexcept {
  platform::printOverflow(overflowOf(stack, nameOfStack));
  std::abort();
}

}  // namespace netlite
