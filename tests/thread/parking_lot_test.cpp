// SPDX-License-Identifier: MIT
//
// ParkingLot: which strand an unpark wakes, what does not wake it, and that no unpark is lost at a deadline.
#include "thread/parking_lot.hpp"

#include "support/approach.hpp"
#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <thread>

namespace {

using netlite::Deadline;
using netlite::ParkingLot;
using netlite::test::approach;
using netlite::test::BlockedThread;
using netlite::test::eventually;
using netlite::test::spinUntil;
using namespace std::chrono_literals;
using Word = std::atomic<std::uint32_t>;

// A thread that parks while the word is 0.
class ParkedThread {
 public:
  explicit ParkedThread(const Word& word, Deadline deadline = Deadline::never()) : word_(word), deadline_(deadline) {
    thread_.waitUntilAsleep();
  }
  ~ParkedThread() { ParkingLot::unparkAll(word_); }  // so that a failed test ends
  ParkedThread(const ParkedThread&) = delete;
  ParkedThread& operator=(const ParkedThread&) = delete;

  bool wakesUp() const {
    return eventually([this] { return thread_.hasEnded(); });
  }

  bool staysAsleep() const {
    thread_.waitUntilAsleep();
    return !thread_.hasEnded();
  }

  // Waits for the end of the thread.
  bool wasUnparked() {
    thread_.join();
    return was_unparked_;
  }

 private:
  const Word& word_;
  const Deadline deadline_;
  bool was_unparked_ = false;
  BlockedThread thread_{[this] { was_unparked_ = ParkingLot::parkIf(word_, 0, deadline_); }};
};

class ParkingLotTest : public testing::Test {
 private:
  alignas(std::max_align_t) std::array<Word, 2> words_{};

 protected:
  Word& word_ = words_[0];
  Word& neighbour_ = words_[1];  // close enough to be in the same bucket
};

TEST_F(ParkingLotTest, AStrandDoesNotParkIfTheWordHasChanged) {
  word_ = 1;
  EXPECT_TRUE(ParkingLot::parkIf(word_, 0, Deadline::never()));
}

TEST_F(ParkingLotTest, AParkEndsAtItsDeadline) {
  const Deadline deadline = Deadline::after(20ms);
  EXPECT_FALSE(ParkingLot::parkIf(word_, 0, deadline));
  EXPECT_TRUE(deadline.hasPassed());
}

TEST_F(ParkingLotTest, AParkWhoseDeadlineHasPassedEndsImmediately) {
  EXPECT_FALSE(ParkingLot::parkIf(word_, 0, Deadline::at(Deadline::Clock::now() - 1h)));
}

TEST_F(ParkingLotTest, UnparkOneWakesTheStrandThatHasWaitedLongest) {
  ParkedThread first(word_);
  ParkedThread second(word_);
  ParkedThread third(word_);
  for (ParkedThread* next : {&first, &second, &third}) {
    ParkingLot::unparkOne(word_);
    ASSERT_TRUE(next->wakesUp());
    EXPECT_TRUE(next->wasUnparked());
  }
}

TEST_F(ParkingLotTest, UnparkOneWakesOnlyOneStrand) {
  ParkedThread first(word_);
  ParkedThread second(word_);
  ParkingLot::unparkOne(word_);
  ASSERT_TRUE(first.wakesUp());
  EXPECT_TRUE(second.staysAsleep());
}

TEST_F(ParkingLotTest, UnparkAllWakesEveryStrand) {
  ParkedThread first(word_);
  ParkedThread second(word_);
  ParkedThread third(word_, Deadline::after(1h));
  ParkingLot::unparkAll(word_);
  for (ParkedThread* parked : {&first, &second, &third}) {
    ASSERT_TRUE(parked->wakesUp());
    EXPECT_TRUE(parked->wasUnparked());
  }
}

TEST_F(ParkingLotTest, UnparkOneSkipsStrandsThatWaitForAnotherWord) {
  ParkedThread other(neighbour_);
  ParkedThread expected(word_);
  ParkingLot::unparkOne(word_);
  EXPECT_TRUE(expected.wakesUp());
  EXPECT_TRUE(other.staysAsleep());
}

TEST_F(ParkingLotTest, UnparkAllSkipsStrandsThatWaitForAnotherWord) {
  ParkedThread other(neighbour_);
  ParkedThread expected(word_);
  ParkingLot::unparkAll(word_);
  EXPECT_TRUE(expected.wakesUp());
  EXPECT_TRUE(other.staysAsleep());
}

TEST_F(ParkingLotTest, AnUnparkWithoutAParkedStrandIsNotRemembered) {
  ParkingLot::unparkOne(word_);
  ParkingLot::unparkAll(word_);
  EXPECT_FALSE(ParkingLot::parkIf(word_, 0, Deadline::after(20ms)));
}

TEST_F(ParkingLotTest, AStrandThatTimedOutConsumesNoUnpark) {
  ASSERT_FALSE(ParkingLot::parkIf(word_, 0, Deadline::after(1ms)));
  ParkedThread waiting(word_);
  ParkingLot::unparkOne(word_);
  EXPECT_TRUE(waiting.wakesUp());
}

TEST_F(ParkingLotTest, AStrandMayTimeOutBetweenTwoOthers) {
  ParkedThread first(word_);
  ParkedThread between(word_, Deadline::after(20ms));
  ParkedThread last(word_);
  EXPECT_FALSE(between.wasUnparked());
  for (ParkedThread* next : {&first, &last}) {
    ParkingLot::unparkOne(word_);
    EXPECT_TRUE(next->wakesUp());
  }
}

// Two strands wait for the same word, and one unpark comes when the first is about to give up. If it does give up, the
// unpark belongs to the other.
TEST(UnparkAtTheDeadlineTest, IsNotLost) {
  const auto firstIsWoken = [](std::chrono::microseconds delay) {
    Word word{0};
    std::atomic<bool> hasStarted{false};
    const Deadline deadline = Deadline::at(Deadline::Clock::now() + 500us);
    auto first = std::async(std::launch::async, [&] {
      hasStarted = true;
      return ParkingLot::parkIf(word, 0, deadline);
    });
    while (!hasStarted) std::this_thread::yield();
    auto other = std::async(std::launch::async, [&] { return ParkingLot::parkIf(word, 0, Deadline::never()); });
    spinUntil(deadline.time() + delay);
    word = 1;  // for a strand that has not parked yet
    ParkingLot::unparkOne(word);
    const bool isWoken = first.get();
    if (!isWoken) other.get();  // does not return if the unpark was lost
    ParkingLot::unparkAll(word);
    return isWoken;
  };
  approach(firstIsWoken);
}

}  // namespace
