// SPDX-License-Identifier: MIT
//
// FullListener: an address where a connect neither succeeds nor fails, since the accept queue is full.
// Thread-safety: const members may be called from any thread.
#pragma once

#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

namespace netlite::test {

class FullListener {
 public:
  FullListener() : FullListener({InetAddress::getLoopbackAddress(), 0}) {}

  explicit FullListener(const InetSocketAddress& local) {
    server_.bind(local, 1);
    for (int client = 0; client < kMaxClients; ++client) {
      if (!queueOneMore()) return;
    }
    throw std::logic_error("the accept queue did not fill up");
  }

  InetSocketAddress address() const { return server_.getLocalSocketAddress(); }

  /// Makes room, so that a waiting connect succeeds when the system sends its SYN again (Linux: after a second).
  void acceptAll() {
    for (std::size_t client = 0; client < queued_.size(); ++client) server_.accept();
  }

 private:
  static constexpr int kMaxClients = 50;

  // On a busy machine the first time may be too short.
  bool queueOneMore() {
    return queueWithin(std::chrono::milliseconds(100)) || queueWithin(std::chrono::milliseconds(500));
  }

  bool queueWithin(std::chrono::milliseconds timeout) {
    try {
      Socket client;
      client.connect(address(), timeout);
      queued_.push_back(std::move(client));
      return true;
    } catch (const SocketTimeoutException&) {
      return false;
    }
  }

  ServerSocket server_;
  std::vector<Socket> queued_;
};

}  // namespace netlite::test
