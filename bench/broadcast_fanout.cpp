// SPDX-License-Identifier: MIT
//
// Workload: one client sends lines as fast as it can, and N clients (the sender included) receive them all.
//
//   broadcast/8, /64, /1000   N clients of examples/broadcast_server, with OS threads and with virtual threads, of the
//                             textbook server and, where they are installed, of servers in Go (a goroutine for each
//                             client) and with Asio (asynchronous), both with batched writers
//
// The figure is delivered lines per second. The baseline is the textbook server, textbook_broadcast_server.cpp.
#include "support/broadcast_clients.hpp"
#include "support/report.hpp"
#include "support/server_process.hpp"

#include <string>
#include <vector>

namespace {

using namespace bench;

struct BroadcastServer {
  const char* name;
  std::vector<std::string> command;
  std::size_t deliveries;  // fewer for a slower server, so that each run takes about as long
};

constexpr std::size_t kClients[] = {8, 64, 1000};

std::vector<BroadcastServer> servers() {
  std::vector<BroadcastServer> all{{"textbook", {NETLITE_BENCH_TEXTBOOK_BROADCAST}, 100000},
                                   {"netlite", {NETLITE_BENCH_BROADCAST, "0"}, 2000000},
                                   {"virtual", {NETLITE_BENCH_BROADCAST, "0", "--virtual"}, 2000000}};
  if (*NETLITE_BENCH_GO_BROADCAST != '\0') all.push_back({"go", {NETLITE_BENCH_GO_BROADCAST}, 1000000});
  if (*NETLITE_BENCH_ASIO_BROADCAST != '\0') all.push_back({"asio async", {NETLITE_BENCH_ASIO_BROADCAST}, 1000000});
  return all;
}

void broadcast(benchmark::State& state, const BroadcastServer& broadcaster, std::size_t count) {
  if (broadcaster.command.front().empty()) return state.SkipWithError("the example programs are not built");
  const ServerProcess server(broadcaster.command);
  BroadcastClients clients(server.port(), count);
  clients.pump(broadcaster.deliveries / 10);  // warms up
  Stopwatch watch;
  std::size_t delivered = 0;
  for (auto _ : state) watch.time([&] { delivered += clients.pump(broadcaster.deliveries); });
  report(state, static_cast<double>(delivered) / watch.totalSeconds(), "lines/s");
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<BroadcastServer> all = servers();
  for (const std::size_t clients : kClients) {
    for (const BroadcastServer& server : all) {
      add("broadcast/" + std::to_string(clients), server.name, [&server, clients](benchmark::State& state) {
        broadcast(state, server, clients);
      })->Iterations(1);
    }
  }
  return run(count, arguments);
}
