// SPDX-License-Identifier: MIT
//
// Workload: idle connections that have exchanged one line.
//
//   idle_memory/1000, /10000   that many connections
//
// The figure is the server's resident memory per connection, in bytes: the growth of the process, without kernel
// memory. netlite's server is examples/echo_server, unchanged; the baseline has a thread and an 8 KiB buffer for each
// connection. Client and server need a descriptor per connection: if `ulimit -n` is too low, the benchmark reports
// that.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/report.hpp"

#include <chrono>
#include <deque>
#include <string>
#include <thread>

namespace {

using namespace bench;

constexpr std::size_t kCounts[] = {1000, 10000};
constexpr std::size_t kOtherDescriptors = 100;
constexpr std::chrono::milliseconds kUntilIdle{200};

ServerProcess start(const Contender& contender) {
  const std::string echoServer = NETLITE_BENCH_ECHO_SERVER;
  if (contender.name == "netlite" && !echoServer.empty()) return ServerProcess({echoServer, "0"});
  return contender.start(Mode::flush);
}

void connectAnother(std::deque<LineClient>& clients, int port) {
  static const std::string line = lineOf(32);
  clients.emplace_back(port);
  clients.back().exchange(line);
}

std::size_t residentWhenIdle(const ServerProcess& server) {
  std::this_thread::sleep_for(kUntilIdle);
  return server.residentBytes();
}

double bytesPerConnection(const Contender& contender, std::size_t count) {
  const ServerProcess server = start(contender);
  std::deque<LineClient> clients;
  connectAnother(clients, server.port());  // allocates what all connections share
  const std::size_t before = residentWhenIdle(server);
  for (std::size_t i = 0; i < count; ++i) connectAnother(clients, server.port());
  return static_cast<double>(residentWhenIdle(server) - before) / static_cast<double>(count);
}

void idleMemory(benchmark::State& state, const Contender& contender, std::size_t count) {
  if (allowMaxDescriptors() < count + kOtherDescriptors) {
    return state.SkipWithError("ulimit -n does not allow so many connections");
  }
  double bytes = 0;
  for (auto _ : state) bytes = bytesPerConnection(contender, count);
  report(state, bytes, "bytes");
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t connections : kCounts) {
    for (const Contender& contender : contenders()) {
      add("idle_memory/" + std::to_string(connections), contender.name,
          [&contender, connections](benchmark::State& state) { idleMemory(state, contender, connections); })
          ->Iterations(1);
    }
  }
  return run(count, arguments);
}
