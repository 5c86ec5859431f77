// SPDX-License-Identifier: MIT
//
// VirtualThreads: wrong arguments.
#include <netlite/virtual_threads.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <stdexcept>

namespace {

using netlite::VirtualThreads;
using namespace std::chrono_literals;

TEST(VirtualThreadsTest, LessThanOneCarrierIsAnArgumentError) {
  EXPECT_THROW(VirtualThreads::setParallelism(0), std::invalid_argument);
  EXPECT_THROW(VirtualThreads::setParallelism(-1), std::invalid_argument);
}

TEST(VirtualThreadsTest, ALimitThatIsNotPositiveIsAnArgumentError) {
  EXPECT_THROW(VirtualThreads::setStuckHandler(-1ms, [](const std::string&, std::chrono::milliseconds) {}),
               std::invalid_argument);
  EXPECT_THROW(VirtualThreads::setStuckHandler(0ms, {}), std::invalid_argument);
}

TEST(VirtualThreadsTest, TheHandlerMayBeEmpty) { VirtualThreads::setStuckHandler(1s, nullptr); }

TEST(VirtualThreadsTest, MayBeDumpedWithoutOne) {
  std::ostringstream out;
  VirtualThreads::dump(out);
}

}  // namespace
