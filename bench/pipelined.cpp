// SPDX-License-Identifier: MIT
//
// Workload: a client sends lines without waiting for the answers, which it reads at the same time.
//
//   pipelined_flush/32, /1024   the server flushes after each line: one system call per line for every contender
//   pipelined_tied/32, /1024    the server flushes when no further line has arrived, in netlite by means of tie()
//
// The figure is answered lines per second. The baseline's buffer has 8 KiB; netlite's grows while it is busy.
#include "support/contenders.hpp"
#include "support/line_client.hpp"
#include "support/report.hpp"

#include <string>

namespace {

using namespace bench;

constexpr std::size_t kLineSizes[] = {32, 1024};
constexpr std::size_t kTextSize = 64 * 1024;  // bytes per send, as far as the system accepts them

// Enough for an iteration to reach the steady state, and few enough to take only about 20 ms.
std::size_t textsPerIteration(Mode mode, std::size_t lineSize) {
  const std::size_t lines = mode == Mode::flush ? 8 * 1024 : 64 * 1024;
  return lines * lineSize / kTextSize;
}

void pipelined(benchmark::State& state, const Contender& contender, Mode mode, std::size_t size) {
  LineClient client(serverOf(contender, mode).port());
  const std::string text = linesOf(size, kTextSize);
  const std::size_t times = textsPerIteration(mode, size);
  warmUp(contender, mode, [&] { client.pipeline(text, times); });
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { client.pipeline(text, times); });
  report(state, static_cast<double>(times * (text.size() / size)) * 1e6 / watch.medianMicroseconds(), "lines/s");
}

void addAll(const std::string& workload, Mode mode) {
  for (const std::size_t size : kLineSizes) {
    for (const Contender& contender : contenders()) {
      add(workload + "/" + std::to_string(size), contender.name,
          [&contender, mode, size](benchmark::State& state) { pipelined(state, contender, mode, size); });
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  addAll("pipelined_flush", Mode::flush);
  addAll("pipelined_tied", Mode::tied);
  return run(count, arguments);
}
