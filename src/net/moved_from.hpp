// SPDX-License-Identifier: MIT
//
// What a moved-from socket stands on: a state that was closed before it was ever used, so that every member works and
// says what it says of a closed socket.
// Thread-safety: a constant, made once.
#pragma once

#include <memory>

namespace netlite {

template <typename State>
const std::shared_ptr<State>& orClosed(const std::shared_ptr<State>& state) {
  // Never destroyed: sockets in static storage may still be asked while the program ends.
  static const auto& closed = *new const std::shared_ptr<State>([] {
    auto made = std::make_shared<State>();
    made->close();
    return made;
  }());
  return state != nullptr ? state : closed;
}

}  // namespace netlite
