// SPDX-License-Identifier: MIT
//
// Measures the memory of idle connections.
// Thread-safety: none.
#pragma once

#include "line_client.hpp"
#include "report.hpp"
#include "server_process.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <thread>

namespace bench {

inline std::size_t residentWhenIdle(const ServerProcess& server) {
  constexpr std::chrono::milliseconds kUntilIdle{200};
  std::this_thread::sleep_for(kUntilIdle);
  return server.residentBytes();
}

/// How much the server's resident memory grows per connection that has exchanged one line.
///
/// @tparam Client has a constructor that connects to a port, and exchange()
template <typename Client>
double bytesPerConnection(const ServerProcess& server, std::size_t count) {
  const std::string line = lineOf(32);
  std::deque<Client> clients;
  const auto connectAnother = [&] {
    clients.emplace_back(server.port());
    clients.back().exchange(line);
  };
  connectAnother();  // allocates what all connections share
  const std::size_t before = residentWhenIdle(server);
  for (std::size_t i = 0; i < count; ++i) connectAnother();
  return static_cast<double>(residentWhenIdle(server) - before) / static_cast<double>(count);
}

/// Reports bytesPerConnection() of the server that `start` starts.
template <typename Client, typename Start>
void reportIdleMemory(benchmark::State& state, Start start, std::size_t count) {
  constexpr std::size_t kOtherDescriptors = 100;
  if (allowMaxDescriptors() < count + kOtherDescriptors) {
    return state.SkipWithError("ulimit -n does not allow so many connections");
  }
  double bytes = 0;
  for (auto _ : state) bytes = bytesPerConnection<Client>(start(), count);
  report(state, bytes, "bytes");
}

}  // namespace bench
