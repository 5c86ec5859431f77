// SPDX-License-Identifier: MIT
//
// How a writer ends: when it is destroyed, and when another one is moved into it.
#pragma once

#include "thread/no_cancellation.hpp"

#include <utility>

namespace netlite {

/// Sends what a writer still holds.
/// @param state null once moved from
template <typename State>
void endWriter(State* state) noexcept {
  const NoCancellation uninterrupted;
  if (state != nullptr) state->end();
}

/// Ends the writer whose state is `target`, and moves the state of another one there.
template <typename Pointer>
void replaceWriter(Pointer& target, Pointer& source) noexcept {
  if (&target == &source) return;
  endWriter(target.get());
  target = std::move(source);
}

}  // namespace netlite
