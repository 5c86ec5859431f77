// SPDX-License-Identifier: MIT
//
// How the clients connect.
// Thread-safety: no shared state.
#pragma once

#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <string>

namespace example {

/// Connects as netlite::Socket does. An interrupt meanwhile ends the program, as there is nothing to clean up yet.
inline netlite::Socket connectTo(const std::string& host, int port) {
  const Interrupt interrupt(endImmediately);
  return netlite::Socket(host, port, std::chrono::seconds(10));
}

}  // namespace example
