// SPDX-License-Identifier: MIT
//
// The workload of ping_pong and tls_ping_pong: a client repeatedly sends a line and waits for its echo.
// Thread-safety: none.
#pragma once

#include "contenders.hpp"
#include "line_client.hpp"
#include "report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// Reports the median time of a round trip.
///
/// @tparam Client has a constructor that connects to a port, and exchange()
template <typename Client>
void pingPong(benchmark::State& state, const Contender& contender, std::size_t size) {
  Client client(serverOf(contender, Mode::flush).port());
  const std::string line = lineOf(size);
  warmUp(contender, Mode::flush, [&] {
    for (int i = 0; i < 100; ++i) client.exchange(line);
  });
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { client.exchange(line); });
  report(state, watch.medianMicroseconds(), "us");
}

/// Adds a benchmark for each size of a line and each contender.
///
/// @param contenders live as long as the program
template <typename Client>
void addPingPongs(const std::string& workload, const std::vector<Contender>& contenders) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{1024}}) {
    for (const Contender& contender : contenders) {
      add(workload + "/" + std::to_string(size), contender.name,
          [&contender, size](benchmark::State& state) { pingPong<Client>(state, contender, size); });
    }
  }
}

}  // namespace bench
