// SPDX-License-Identifier: MIT
//
// How every benchmark gives its one figure, and the main that they share. `run` reads the figures of all of them.
// Thread-safety: none.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace bench {

using Clock = std::chrono::steady_clock;

/// Registers `work` as "workload/contender". Further calls set its iterations and clock.
template <typename Work>
benchmark::internal::Benchmark* add(const std::string& workload, const std::string& contender, Work work) {
  return benchmark::RegisterBenchmark((workload + "/" + contender).c_str(), work)->UseRealTime();
}

/// The figure that is compared, and its unit. More is better where the unit ends in "/s", less everywhere else.
inline void report(benchmark::State& state, double figure, const char* unit) {
  state.counters["figure"] = figure;
  state.SetLabel(unit);
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Times pieces of work one by one.
class Stopwatch {
 public:
  template <typename Work>
  void time(Work work) {
    const auto start = Clock::now();
    work();
    add(Clock::now() - start);
  }

  void add(Clock::duration time) { microseconds_.push_back(std::chrono::duration<double, std::micro>(time).count()); }

  double medianMicroseconds() const { return median(microseconds_); }
  double totalSeconds() const {
    double sum = 0;
    for (const double time : microseconds_) sum += time;
    return sum / 1e6;
  }

 private:
  std::vector<double> microseconds_;
};

inline int run(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace bench
