// SPDX-License-Identifier: MIT
//
// How every benchmark reports its one figure, and the main function that they share. `run` reads all figures.
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

/// Reports the figure to compare and its unit. More is better if the unit ends in "/s", otherwise less.
inline void report(benchmark::State& state, double figure, const char* unit) {
  state.counters["figure"] = figure;
  state.SetLabel(unit);
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Measures the time of each piece of work.
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
