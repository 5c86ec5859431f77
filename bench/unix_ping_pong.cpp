// SPDX-License-Identifier: MIT
//
// Workload: ping_pong over a Unix-domain socket: a client repeatedly sends a line and waits for its echo; the server
// reads a line, prints it and flushes.
//
//   unix_ping_pong/32     lines of 32 bytes, including the line feed
//   unix_ping_pong/1024   lines of 1 KiB
//
// The figure is the median time of a round trip. The baseline is recv, memchr and send.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/report.hpp"

#include <unistd.h>

#include <string>

namespace {

using namespace bench;

constexpr std::size_t kLineSizes[] = {32, 1024};

struct LocalContender {
  std::string name;
  void (*serve)(const std::string& name);
};

const LocalContender kContenders[] = {{kBaseline, serveRawOn}, {"netlite", serveNetliteOn}};

void pingPong(benchmark::State& state, const LocalContender& contender, std::size_t size) {
  const std::string address = "netlite-bench-" + contender.name + "-" + std::to_string(::getpid());
  const ServerProcess server([&] { contender.serve(address); });
  LineClient client(connectedToName(address));
  const std::string line = lineOf(size);
  for (int i = 0; i < 100; ++i) client.exchange(line);
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { client.exchange(line); });
  report(state, watch.medianMicroseconds(), "us");
}

}  // namespace

int main(int count, char** arguments) {
  for (const std::size_t size : kLineSizes) {
    for (const LocalContender& contender : kContenders) {
      add("unix_ping_pong/" + std::to_string(size), contender.name,
          [&contender, size](benchmark::State& state) { pingPong(state, contender, size); });
    }
  }
  return run(count, arguments);
}
