// SPDX-License-Identifier: MIT
//
// What the faces of sockets (Socket, ServerSocket, DatagramSocket) do alike with the state that they share with their
// streams and calls.
// Thread-safety: no shared state except constants, each made once.
#pragma once

#include "base/no_destructor.hpp"

#include <memory>
#include <utility>

namespace netlite {

/// The state, or for a moved-from face one that was closed before it was ever used.
template <typename State>
const std::shared_ptr<State>& orClosed(const std::shared_ptr<State>& state) {
  static NoDestructor<std::shared_ptr<State>> closed([] {
    auto made = std::make_shared<State>();
    made->close();
    return made;
  }());
  return state != nullptr ? state : *closed;
}

/// Moves a face: closes the state that it had and takes over the other's.
template <typename State>
void moveFace(std::shared_ptr<State>& state, std::shared_ptr<State>&& other) noexcept {
  const std::shared_ptr<State> before = std::exchange(state, std::exchange(other, nullptr));
  if (before != nullptr && before != state) before->abandon();
}

}  // namespace netlite
