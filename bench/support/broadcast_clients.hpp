// SPDX-License-Identifier: MIT
//
// The load for broadcast servers: clients of bare system calls in one thread, so that they cost as little as can be.
// Thread-safety: none.
#pragma once

#include "raw_socket.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

class BroadcastClients {
 public:
  /// Connects the clients one after the other, each known to be in the server's list before the next comes.
  BroadcastClients(int port, std::size_t count);

  /// The first client sends lines, all of them get each, `deliveries` together.
  ///
  /// @return how many have been delivered: about as many, as lines are sent in blocks
  std::size_t pump(std::size_t deliveries);

 private:
  std::size_t linesOfSlowest() const;
  void receiveFromReady();

  std::vector<Descriptor> sockets_;
  std::vector<std::size_t> received_;  // bytes of each client
  std::vector<char> buffer_;
};

}  // namespace bench
