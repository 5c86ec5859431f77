// SPDX-License-Identifier: MIT
//
// Workload: short connections.
//
//   churn               connect, send a line, receive it back, close; one client after the other
//   churn_together/32   the same, 32 clients at a time
//   accept              100 connections at a time, which the server accepts and closes one after the other, without
//   threads
//
// The figure is connections per second. The connections rotate through many source addresses, since a port is not free
// again immediately after its use.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/line_crowd.hpp"
#include "support/raw_socket.hpp"
#include "support/report.hpp"

#include <netlite/netlite.hpp>

#include <string>
#include <vector>

namespace {

using namespace bench;

constexpr int kChurned = 100;  // per iteration
constexpr int kAccepted = 100;
constexpr std::size_t kTogether = 32;
constexpr std::size_t kChurnedTogether = 1000;

void churn(benchmark::State& state, const Contender& contender) {
  const int port = serverOf(contender, Mode::flush).port();
  const std::string line = lineOf(32);
  const auto connectAndLeave = [&] {
    for (int i = 0; i < kChurned; ++i) LineClient(connectedFromAnyAddress(port)).exchange(line);
  };
  warmUp(contender, Mode::flush, connectAndLeave);
  Stopwatch watch;
  for (auto _ : state) watch.time(connectAndLeave);
  report(state, kChurned * 1e6 / watch.medianMicroseconds(), "connections/s");
}

void churnTogether(benchmark::State& state, const Contender& contender) {
  const int port = serverOf(contender, Mode::flush).port();
  const std::string line = lineOf(32);
  const auto connectAndLeave = [&] { bench::churn(port, kTogether, kChurnedTogether, line); };
  warmUp(contender, Mode::flush, connectAndLeave);
  Stopwatch watch;
  for (auto _ : state) watch.time(connectAndLeave);
  report(state, kChurnedTogether * 1e6 / watch.medianMicroseconds(), "connections/s");
}

void rawAcceptor() {
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  for (;;) acceptFrom(listener);
}

void netliteAcceptor() {
  netlite::ServerSocket server(0, 0, netlite::InetAddress::getLoopbackAddress());
  announcePort(server.getLocalPort());
  for (;;) server.accept();
}

void accept(benchmark::State& state, void (*serve)()) {
  const ServerProcess server(serve);
  Stopwatch watch;
  for (auto _ : state) {
    watch.time([&] {
      std::vector<Descriptor> sockets;
      for (int i = 0; i < kAccepted; ++i) sockets.push_back(connectedFromAnyAddress(server.port()));
      for (const Descriptor& socket : sockets) awaitClose(socket);
    });
  }
  report(state, kAccepted * 1e6 / watch.medianMicroseconds(), "connections/s");
}

}  // namespace

int main(int count, char** arguments) {
  for (const Contender& contender : contenders()) {
    add("churn", contender.name, [&contender](benchmark::State& state) { churn(state, contender); });
  }
  for (const Contender& contender : manyContenders()) {
    add("churn_together/32", contender.name,
        [&contender](benchmark::State& state) { churnTogether(state, contender); });
  }
  add("accept", "raw", [](benchmark::State& state) { accept(state, rawAcceptor); });
  add("accept", "netlite", [](benchmark::State& state) { accept(state, netliteAcceptor); });
  return run(count, arguments);
}
