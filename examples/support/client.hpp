// SPDX-License-Identifier: MIT
//
// How the clients begin and end a connection.
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

/// Tells the server that no more lines will come. Where that fails the connection is gone, and reading tells why.
inline void finishSending(netlite::Socket& socket) {
  try {
    socket.shutdownOutput();
  } catch (const netlite::IOException&) {
  }
}

}  // namespace example
