// SPDX-License-Identifier: MIT
//
// The load for servers of many connections: clients with bare system calls in one thread, each of which sends a line
// and, when its echo has arrived, the next one.
// Thread-safety: none.
#pragma once

#include "raw_socket.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

class LineCrowd {
 public:
  /// Connects the clients, and exchanges one line with each.
  LineCrowd(int port, std::size_t count, const std::string& line);

  /// Exchanges lines until `count` echoes have arrived. Between two calls each client waits for the echo of one line.
  void exchange(std::size_t count);

 private:
  bool receive(std::size_t client);

  const std::string line_;
  std::vector<Descriptor> sockets_;
  std::vector<std::size_t> received_;  // bytes of the echo that each client waits for
  Descriptor epoll_;
};

/// Does `count` times: connect, exchange a line, close; always with `together` connections at the same time.
void churn(int port, std::size_t together, std::size_t count, const std::string& line);

}  // namespace bench
