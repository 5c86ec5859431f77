// SPDX-License-Identifier: MIT
//
// The number of the program's threads, read from Linux's /proc.
// Thread-safety: no shared state.
#include "support/running_threads.hpp"

#include <filesystem>
#include <iterator>

namespace netlite::test {

bool threadsAreVisible() { return std::filesystem::exists("/proc/self/task"); }

std::size_t runningThreads() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(threads), end(threads)));
}

}  // namespace netlite::test
