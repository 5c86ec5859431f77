// SPDX-License-Identifier: MIT
//
// DescriptorParker: a ready descriptor, an unpark or the deadline ends a park.
#include "thread/descriptor_parker.hpp"

#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/loopback.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace {

using netlite::Deadline;
using netlite::DescriptorParker;
using netlite::platform::Interest;
using netlite::platform::WaitEntry;
using namespace netlite::test;
using namespace std::chrono_literals;

class DescriptorParkerTest : public testing::Test {
 protected:
  WaitEntry entry(Interest interest = Interest::readable) const { return {pair_.client.nativeHandle(), interest}; }
  void send() { pair_.server.getOutputStream().write('x'); }

  Pair pair_ = connectedPair();
};

TEST_F(DescriptorParkerTest, AnEarlierUnparkEndsTheNextPark) {
  DescriptorParker parker;
  parker.unpark();
  WaitEntry silent = entry();
  EXPECT_FALSE(parker.park(&silent, 1, Deadline::never()));
  EXPECT_TRUE(parker.wasUnparked());
  EXPECT_FALSE(silent.ready);
}

class ParkedOnDescriptorsTest : public DescriptorParkerTest, public testing::WithParamInterface<bool> {
 protected:
  // Parks in another thread. `end` has to end the park.
  template <typename End>
  void park(WaitEntry& entry, DescriptorParker& parker, End end) {
    const Deadline deadline = GetParam() ? Deadline::after(1h) : Deadline::never();
    BlockedThread parked([&] { EXPECT_FALSE(parker.park(&entry, 1, deadline)); });
    parked.waitUntilAsleep();
    EXPECT_FALSE(parked.hasEnded());
    end();
    parked.join();
  }
};

INSTANTIATE_TEST_SUITE_P(, ParkedOnDescriptorsTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Timed" : "Untimed"; });

TEST_P(ParkedOnDescriptorsTest, IsWokenByAnUnpark) {
  DescriptorParker parker;
  WaitEntry silent = entry();
  park(silent, parker, [&] { parker.unpark(); });
  EXPECT_TRUE(parker.wasUnparked());
  EXPECT_FALSE(silent.ready);
}

TEST_P(ParkedOnDescriptorsTest, IsWokenByItsDescriptor) {
  DescriptorParker parker;
  WaitEntry silent = entry();
  park(silent, parker, [&] { send(); });
  EXPECT_FALSE(parker.wasUnparked());
  EXPECT_TRUE(silent.ready);
}

TEST_F(DescriptorParkerTest, ReportsWhichDescriptorIsReady) {
  DescriptorParker parker;
  WaitEntry entries[] = {entry(Interest::readable), entry(Interest::writable)};
  EXPECT_FALSE(parker.park(entries, 2, Deadline::never()));
  EXPECT_FALSE(entries[0].ready);
  EXPECT_TRUE(entries[1].ready);
}

TEST_F(DescriptorParkerTest, AParkEndsAtItsDeadline) {
  DescriptorParker parker;
  WaitEntry silent = entry();
  const Deadline deadline = Deadline::after(20ms);
  while (!deadline.hasPassed()) EXPECT_FALSE(parker.park(&silent, 1, deadline));
  EXPECT_FALSE(silent.ready);
  EXPECT_FALSE(parker.wasUnparked());
}

TEST_F(DescriptorParkerTest, AParkWhoseDeadlineHasPassedChecksTheDescriptors) {
  DescriptorParker parker;
  WaitEntry writable = entry(Interest::writable);
  EXPECT_FALSE(parker.park(&writable, 1, Deadline::at(Deadline::Clock::now() - 1h)));
  EXPECT_TRUE(writable.ready);
}

// On systems where a thread keeps its waker, the next parker uses the same one.
TEST_F(DescriptorParkerTest, ALateUnparkDoesNotEndAParkOfTheNextParker) {
  { DescriptorParker().unpark(); }
  DescriptorParker parker;
  WaitEntry silent = entry();
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(parker.park(&silent, 1, deadline));
  EXPECT_TRUE(deadline.hasPassed());
  EXPECT_FALSE(parker.wasUnparked());
}

TEST_F(DescriptorParkerTest, ASecondParkerLeavesNoFurtherDescriptorOpen) {
  if (!descriptorsAreVisible()) GTEST_SKIP() << "the system does not list descriptors";
  { const DescriptorParker first; }
  const auto before = openDescriptors();
  { const DescriptorParker second; }
  EXPECT_EQ(openDescriptors(), before);
}

}  // namespace
