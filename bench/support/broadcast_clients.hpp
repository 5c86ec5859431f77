// SPDX-License-Identifier: MIT
//
// The load for broadcast servers: clients with bare system calls in one thread, which cost as little as possible.
// Thread-safety: none.
#pragma once

#include "raw_socket.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

class BroadcastClients {
 public:
  /// Connects the clients one after the other, each after the server has listed the one before.
  BroadcastClients(int port, std::size_t count) : BroadcastClients(std::vector<int>{port}, count) {}

  /// The same for servers that share a room; the clients take turns.
  BroadcastClients(const std::vector<int>& ports, std::size_t count);

  /// Sends lines from the first client and receives each with all clients, about `deliveries` times in total.
  ///
  /// @return the number of delivered lines, which may differ as lines are sent in blocks
  std::size_t pump(std::size_t deliveries);

 private:
  std::size_t linesOfSlowest() const;
  void receiveFromReady();

  std::vector<Descriptor> sockets_;
  std::vector<std::size_t> received_;  // bytes of each client
  std::vector<char> buffer_;
};

}  // namespace bench
