// SPDX-License-Identifier: MIT
//
// Workload: many clients at once, each of which sends a line of 32 bytes, waits for its echo and sends the next.
//
//   many_ping_pong/64, /1000   that many connections
//
// The figure is lines per second. The clients are one thread on one processor; the server runs on the others.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/line_crowd.hpp"
#include "support/report.hpp"

#include <string>

namespace {

using namespace bench;

constexpr std::size_t kCounts[] = {64, 1000};
constexpr std::size_t kLines = 10000;  // per iteration

void pingPong(benchmark::State& state, const Contender& contender, std::size_t count) {
  const ServerProcess server = contender.start(Mode::flush);
  LineCrowd crowd(server.port(), count, lineOf(32));
  const auto exchange = [&] { crowd.exchange(kLines); };
  warmUp(contender, Mode::flush, exchange);
  Stopwatch watch;
  for (auto _ : state) watch.time(exchange);
  report(state, kLines * 1e6 / watch.medianMicroseconds(), "lines/s");
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t connections : kCounts) {
    for (const Contender& contender : manyContenders()) {
      add("many_ping_pong/" + std::to_string(connections), contender.name,
          [&contender, connections](benchmark::State& state) { pingPong(state, contender, connections); });
    }
  }
  return run(count, arguments);
}
