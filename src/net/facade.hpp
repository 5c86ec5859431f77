// SPDX-License-Identifier: MIT
//
// What the facades (Socket, ServerSocket, DatagramSocket) have in common: moving, and being moved from.
// Thread-safety: no shared state except constants, each created once.
#pragma once

#include "base/no_destructor.hpp"

#include <memory>
#include <utility>

namespace netlite {

/// The state that all moved-from facades of a class share.
template <typename State>
const std::shared_ptr<State>& closedState() {
  static NoDestructor<std::shared_ptr<State>> closed([] {
    auto made = std::make_shared<State>();
    made->close();
    return made;
  }());
  return *closed;
}

/// The state, or for a moved-from facade one that is closed.
template <typename State>
const std::shared_ptr<State>& orClosed(const std::shared_ptr<State>& state) {
  return state != nullptr ? state : closedState<State>();
}

/// Moves a facade: closes its previous state and adopts the other's.
template <typename State>
void moveFacade(std::shared_ptr<State>& state, std::shared_ptr<State>&& other) noexcept {
  const std::shared_ptr<State> before = std::exchange(state, std::exchange(other, nullptr));
  if (before != nullptr && before != state) before->abandon();
}

}  // namespace netlite
