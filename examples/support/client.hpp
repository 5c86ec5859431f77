// SPDX-License-Identifier: MIT
//
// How the clients begin a connection.
// Thread-safety: no shared state.
#pragma once

#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <string>

namespace example {

/// Connects as netlite::Socket does. An interrupt meanwhile ends the program: there is nothing to put in order yet.
inline netlite::Socket connectTo(const std::string& host, int port) {
  const Interrupt interrupt(endAtOnce);
  return netlite::Socket(host, port, std::chrono::seconds(10));
}

}  // namespace example
