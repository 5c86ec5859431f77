// SPDX-License-Identifier: MIT
#include "base/arguments.hpp"

#include "support/thrown_by.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

TEST(CheckBufferTest, RefusesNullWithANonzeroSize) { EXPECT_THROW(checkBuffer(nullptr, 1), std::invalid_argument); }

TEST(CheckBufferTest, AllowsNullWithSizeZero) { EXPECT_NO_THROW(checkBuffer(nullptr, 0)); }

TEST(CheckedStreamTest, RefusesNull) { EXPECT_THROW(checkedStream(std::unique_ptr<int>()), std::invalid_argument); }

TEST(CheckedTextTest, RefusesNull) { EXPECT_THROW(checkedText(nullptr), std::invalid_argument); }

TEST(CheckedCapacityTest, RefusesZero) {
  EXPECT_THROW(checkedCapacity(0), std::invalid_argument);
  EXPECT_EQ(checkedCapacity(1), 1U);
}

TEST(CheckedPortTest, ReturnsPortsInRange) {
  EXPECT_EQ(checkedPort(0, 0), 0);
  EXPECT_EQ(checkedPort(65535, 1), 65535);
}

TEST(CheckedPortTest, RefusesPortsOutOfRange) {
  EXPECT_THROW(checkedPort(-1, 0), std::invalid_argument);
  EXPECT_THROW(checkedPort(0, 1), std::invalid_argument);
  EXPECT_THROW(checkedPort(65536, 0), std::invalid_argument);
}

TEST(CheckedPortTest, NamesThePortAndTheRange) {
  const auto exception = thrownBy<std::invalid_argument>([] { checkedPort(65536, 1); });
  EXPECT_STREQ(exception.what(), "port out of range: 65536 (1 to 65535)");
}

TEST(CheckedTimeoutTest, ReturnsTimeoutsOfZeroOrMore) {
  EXPECT_EQ(checkedTimeout(0ms), 0ms);
  EXPECT_EQ(checkedTimeout(std::chrono::milliseconds::max()), std::chrono::milliseconds::max());
}

TEST(CheckedTimeoutTest, RefusesNegativeTimeouts) { EXPECT_THROW(checkedTimeout(-1ms), std::invalid_argument); }

TEST(CheckedBufferSizeTest, RefusesLessThanOneByte) {
  EXPECT_EQ(checkedBufferSize(1), 1);
  EXPECT_THROW(checkedBufferSize(0), std::invalid_argument);
}

TEST(CheckedOctetTest, RefusesValuesOutOfRange) {
  EXPECT_EQ(checkedOctet(255, "time to live"), 255);
  EXPECT_THROW(checkedOctet(-1, "time to live"), std::invalid_argument);
  EXPECT_THROW(checkedOctet(256, "time to live"), std::invalid_argument);
}

}  // namespace
