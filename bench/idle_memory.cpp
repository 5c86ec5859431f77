// SPDX-License-Identifier: MIT
//
// Workload: idle connections that have exchanged one line.
//
//   idle_memory/1000, /10000   that many connections
//
// The figure is the server's resident memory per connection, in bytes: the growth of the process, without kernel
// memory. netlite's server is examples/echo_server, unchanged, with OS threads and with virtual threads; the baseline
// has a thread and an 8 KiB buffer for each connection. Client and server need a descriptor per connection: if `ulimit
// -n` is too low, the benchmark reports that.
#include "support/contenders.hpp"
#include "support/idle_connections.hpp"

#include <string>

namespace {

using namespace bench;

constexpr std::size_t kCounts[] = {1000, 10000};

ServerProcess start(const Contender& contender) {
  const std::string echoServer = NETLITE_BENCH_ECHO_SERVER;
  if (contender.name == "netlite" && !echoServer.empty()) return ServerProcess({echoServer, "0"});
  if (contender.name == "virtual" && !echoServer.empty()) return ServerProcess({echoServer, "0", "--virtual"});
  return contender.start(Mode::flush);
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t connections : kCounts) {
    for (const Contender& contender : manyContenders()) {
      add("idle_memory/" + std::to_string(connections), contender.name,
          [&contender, connections](benchmark::State& state) {
            reportIdleMemory<LineClient>(
                state, [&contender] { return start(contender); }, connections);
          })
          ->Iterations(1);
    }
  }
  return run(count, arguments);
}
