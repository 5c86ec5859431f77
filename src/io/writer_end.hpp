// SPDX-License-Identifier: MIT
//
// How a writer ends, where it is destroyed and where another one is moved into it.
#pragma once

#include "thread/no_cancellation.hpp"

#include <utility>

namespace netlite {

/// Sends what a writer still holds. @param state null once moved from
template <typename State>
void endWriter(State* state) noexcept {
  const NoCancellation uninterrupted;
  if (state != nullptr) state->end();
}

/// Ends the writer whose state is `left`, and moves the state of another one there. @param state owning pointers
template <typename Pointer>
void replaceWriter(Pointer& left, Pointer& right) noexcept {
  if (&left == &right) return;
  endWriter(left.get());
  left = std::move(right);
}

}  // namespace netlite
