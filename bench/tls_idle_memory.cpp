// SPDX-License-Identifier: MIT
//
// Workload: idle TLS connections that have exchanged one line.
//
//   tls_idle_memory/1000   that many connections
//
// The figure is the server's resident memory per connection, in bytes, as in idle_memory.cpp. It includes OpenSSL's
// state. netlite's server is examples/echo_server, unchanged, with OS threads and with virtual threads.
#include "support/idle_connections.hpp"
#include "support/tls_client.hpp"
#include "support/tls_contenders.hpp"

#include <string>
#include <vector>

namespace {

using namespace bench;

constexpr std::size_t kConnections = 1000;

ServerProcess start(const Contender& contender) {
  const std::string echoServer = NETLITE_BENCH_ECHO_SERVER;
  std::vector<std::string> command{echoServer, "0", "--certificate", certificateFile(), "--key", keyFile()};
  if (contender.name == "virtual") command.emplace_back("--virtual");
  const bool isOurs = contender.name == "netlite" || contender.name == "virtual";
  return isOurs && !echoServer.empty() ? ServerProcess(command) : contender.start(Mode::flush);
}

}  // namespace

int main(int count, char** arguments) {
  for (const Contender& contender : tlsContenders()) {
    add("tls_idle_memory/" + std::to_string(kConnections), contender.name, [&contender](benchmark::State& state) {
      reportIdleMemory<TlsClient>(
          state, [&contender] { return start(contender); }, kConnections);
    })->Iterations(1);
  }
  return run(count, arguments);
}
