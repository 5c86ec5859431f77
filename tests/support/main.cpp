// SPDX-License-Identifier: MIT
//
// The main function of the tests, which runs them in a virtual thread if that is wanted: see strand_kind.hpp.
#include "support/strand_kind.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

using netlite::test::strand_kind;
using netlite::test::StrandKind;

// Tests use more stack than handlers do, and more under sanitizers.
constexpr std::size_t kStackSize = std::size_t{8} * 1024 * 1024;

int runInVirtualThread() {
  int result = 1;
  netlite::Thread::ofVirtual().stackSize(kStackSize).start([&result] { result = RUN_ALL_TESTS(); }).join();
  return result;
}

// Tests block in ways that hold up a carrier, so there are more carriers than such virtual threads. All are started
// now, since tests count threads and descriptors.
void startCarriers() {
  constexpr int kCarriers = 16;
  netlite::VirtualThreads::setParallelism(kCarriers);
  netlite::Semaphore end(0);
  std::vector<netlite::Thread> threads;
  for (int i = 0; i < kCarriers; ++i) threads.push_back(netlite::Thread::startVirtualThread([&end] { end.acquire(); }));
  for (int i = 0; i < kCarriers; ++i) end.release();
  for (const netlite::Thread& thread : threads) thread.join();
}

void chooseKind(const std::string& argument) {
  startCarriers();
  strand_kind = argument == "--threads=mixed" ? StrandKind::mixed : StrandKind::virtualThreads;
}

// For cmake/wine.sh, as Wine does not end every process.
void noteThatAllPassed() {
  if (const char* const file = std::getenv("NETLITE_TEST_PASSED")) std::ofstream(file) << "passed\n";
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (count > 1) chooseKind(arguments[1]);
  const int result = strand_kind == StrandKind::mixed ? runInVirtualThread() : RUN_ALL_TESTS();
  if (result == 0) noteThatAllPassed();
  return result;
}
