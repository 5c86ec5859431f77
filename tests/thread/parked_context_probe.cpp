// SPDX-License-Identifier: MIT
//
// The program that parked_context_test.cpp examines with gdb: a flow is parked when examineParkedFlow() is called.
#include "support/flow.hpp"

using netlite::test::Flow;

extern "C" {

void* parked_stack_pointer = nullptr;

[[gnu::noinline]] void examineParkedFlow() { asm volatile("" ::: "memory"); }

}  // extern "C"

namespace {

[[gnu::noinline]] void parkHere(Flow& flow) {
  flow.pause();
  asm volatile("" ::: "memory");  // no tail call
}

}  // namespace

int main() {
  Flow flow([](Flow& self) { parkHere(self); });
  flow.resume();
  parked_stack_pointer = flow.context().stackPointer();
  examineParkedFlow();
  flow.resume();
}
