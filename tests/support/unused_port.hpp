// SPDX-License-Identifier: MIT
//
// Ports for programs that are told where to listen.
// Thread-safety: for the thread that runs the test.
#pragma once

#include <netlite/netlite.hpp>

#include <random>
#include <utility>
#include <vector>

namespace netlite::test {

/// A port without a socket, for TCP and for UDP. The system does not give it to a connection, and this function gives
/// it to no other test before this process ends: whoever has it holds the next port, too.
inline int unusedPort() {
  static std::vector<ServerSocket> next_ports;
  std::random_device random;
  const InetAddress loopback = InetAddress::getLoopbackAddress();
  while (true) {
    const int port = 20000 + static_cast<int>(random() % 5000) * 2;
    try {
      ServerSocket next(port + 1, 0, loopback);
      ServerSocket(port, 0, loopback);
      DatagramSocket(port, loopback);
      next_ports.push_back(std::move(next));
      return port;
    } catch (const BindException&) {
    }
  }
}

}  // namespace netlite::test
