// SPDX-License-Identifier: MIT
//
// BlockingQueue: order, capacity, times, closing, and that no element is lost or doubled, for both kinds of thread.
#include <netlite/blocking_queue.hpp>

#include "tests/thread/thread_kinds.hpp"

#include <netlite/exceptions.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using netlite::BlockingQueue;
using netlite::QueueClosedException;
using netlite::Thread;
using netlite::test::bothKinds;
using netlite::test::kMoment;
using netlite::test::kPatience;
using netlite::test::nameOf;
using netlite::test::ThreadKindTest;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kForever = std::chrono::milliseconds::max();

class BlockingQueueTest : public ThreadKindTest {};

INSTANTIATE_TEST_SUITE_P(, BlockingQueueTest, bothKinds(), nameOf);

TEST_P(BlockingQueueTest, GivesTheElementsInTheirOrder) {
  BlockingQueue<int> queue;
  run([&] {
    for (int i = 0; i < 10; ++i) queue.put(i);
  });
  for (int i = 0; i < 10; ++i) EXPECT_EQ(queue.take(), i);
}

TEST_P(BlockingQueueTest, TakeWaitsForAnElement) {
  BlockingQueue<int> queue;
  const Thread taking = start([&] { EXPECT_EQ(queue.take(), 1); });
  EXPECT_FALSE(taking.join(kMoment));
  queue.put(1);
  EXPECT_TRUE(taking.join(kPatience));
}

TEST_P(BlockingQueueTest, PollWaitsForAnElement) {
  BlockingQueue<int> queue;
  const Thread taking = start([&] { EXPECT_EQ(queue.poll(1h), 1); });
  EXPECT_FALSE(taking.join(kMoment));
  queue.put(1);
  EXPECT_TRUE(taking.join(kPatience));
}

TEST_P(BlockingQueueTest, PollEndsAtItsTime) {
  run([] {
    BlockingQueue<int> queue;
    const auto start = Clock::now();
    EXPECT_EQ(queue.poll(kMoment), std::nullopt);
    EXPECT_GE(Clock::now() - start, kMoment);
  });
}

TEST_P(BlockingQueueTest, PutWaitsForRoom) {
  BlockingQueue<int> queue(1);
  queue.put(1);
  const Thread putting = start([&] { queue.put(2); });
  EXPECT_FALSE(putting.join(kMoment));
  EXPECT_EQ(queue.take(), 1);
  EXPECT_TRUE(putting.join(kPatience));
  EXPECT_EQ(queue.take(), 2);
}

TEST_P(BlockingQueueTest, OfferWaitsForRoom) {
  BlockingQueue<int> queue(1);
  EXPECT_TRUE(queue.offer(1, 1h));
  const Thread putting = start([&] { EXPECT_TRUE(queue.offer(2, 1h)); });
  EXPECT_FALSE(putting.join(kMoment));
  EXPECT_EQ(queue.take(), 1);
  EXPECT_TRUE(putting.join(kPatience));
  EXPECT_EQ(queue.take(), 2);
}

TEST_P(BlockingQueueTest, OfferEndsAtItsTime) {
  run([] {
    BlockingQueue<int> queue(1);
    queue.put(1);
    const auto start = Clock::now();
    EXPECT_FALSE(queue.offer(2, kMoment));
    EXPECT_GE(Clock::now() - start, kMoment);
    EXPECT_EQ(queue.take(), 1);
    EXPECT_EQ(queue.poll(0ms), std::nullopt);
  });
}

TEST_P(BlockingQueueTest, ATimeOfZeroAsksOnce) {
  run([] {
    BlockingQueue<int> queue(1);
    EXPECT_EQ(queue.poll(0ms), std::nullopt);
    EXPECT_TRUE(queue.offer(1, 0ms));
    EXPECT_FALSE(queue.offer(2, 0ms));
    EXPECT_EQ(queue.poll(0ms), 1);
    EXPECT_TRUE(queue.offer(3));
    EXPECT_EQ(queue.poll(), 3);
  });
}

TEST_P(BlockingQueueTest, ATimeOfMaxWaits) {
  BlockingQueue<int> queue(1);
  const Thread taking = start([&] { EXPECT_EQ(queue.poll(kForever), 1); });
  EXPECT_FALSE(taking.join(kMoment));
  EXPECT_TRUE(queue.offer(1, kForever));
  EXPECT_TRUE(taking.join(kPatience));
}

TEST_P(BlockingQueueTest, ElementsMayBeOfATypeThatCanOnlyBeMoved) {
  BlockingQueue<std::unique_ptr<int>> queue;
  run([&] {
    queue.put(std::make_unique<int>(1));
    EXPECT_TRUE(queue.offer(std::make_unique<int>(2), 1h));
  });
  EXPECT_EQ(*queue.take(), 1);
  EXPECT_EQ(**queue.poll(1h), 2);
}

TEST(BlockingQueueElementTest, AnElementThatWasNotAppendedIsNotMovedFrom) {
  BlockingQueue<std::unique_ptr<int>> queue(1);
  queue.put(std::make_unique<int>(1));
  auto element = std::make_unique<int>(2);
  EXPECT_FALSE(queue.offer(std::move(element), 0ms));
  ASSERT_NE(element, nullptr);
  queue.close();
  EXPECT_THROW(queue.put(std::move(element)), QueueClosedException);
  EXPECT_EQ(*element, 2);
}

TEST(BlockingQueueElementTest, ElementsAreCopiedFromConstants) {
  const std::string text = "text";
  BlockingQueue<std::string> queue;
  queue.put(text);
  EXPECT_TRUE(queue.offer(text, 0ms));
  EXPECT_EQ(queue.take(), text);
  EXPECT_EQ(queue.take(), text);
}

// ---- closing --------------------------------------------------------------------------------------------------------

TEST_P(BlockingQueueTest, WhatIsLeftCanBeTakenAfterAClose) {
  BlockingQueue<int> queue;
  for (int i = 0; i < 3; ++i) queue.put(i);
  queue.close();
  run([&] {
    EXPECT_EQ(queue.take(), 0);
    EXPECT_EQ(queue.poll(0ms), 1);
    EXPECT_EQ(queue.poll(1h), 2);
  });
}

TEST_P(BlockingQueueTest, TakeThrowsOnceAClosedQueueIsEmpty) {
  BlockingQueue<int> queue;
  queue.close();
  run([&] { EXPECT_THROW(queue.take(), QueueClosedException); });
}

TEST_P(BlockingQueueTest, PollReturnsNothingOnceAClosedQueueIsEmpty) {
  BlockingQueue<int> queue;
  queue.close();
  run([&] {
    EXPECT_EQ(queue.poll(0ms), std::nullopt);
    EXPECT_EQ(queue.poll(kForever), std::nullopt);
  });
}

TEST_P(BlockingQueueTest, PutAndOfferThrowAfterAClose) {
  BlockingQueue<int> queue;
  queue.close();
  run([&] {
    EXPECT_THROW(queue.put(1), QueueClosedException);
    EXPECT_THROW(queue.offer(1, 0ms), QueueClosedException);
    EXPECT_THROW(queue.offer(1, kForever), QueueClosedException);
  });
  EXPECT_EQ(queue.poll(0ms), std::nullopt);
}

TEST_P(BlockingQueueTest, CloseEndsAWaitingTake) {
  BlockingQueue<int> queue;
  const Thread taking = start([&] { EXPECT_THROW(queue.take(), QueueClosedException); });
  EXPECT_FALSE(taking.join(kMoment));
  queue.close();
  EXPECT_TRUE(taking.join(kPatience));
}

TEST_P(BlockingQueueTest, CloseEndsAWaitingPoll) {
  BlockingQueue<int> queue;
  const Thread taking = start([&] { EXPECT_EQ(queue.poll(kForever), std::nullopt); });
  EXPECT_FALSE(taking.join(kMoment));
  queue.close();
  EXPECT_TRUE(taking.join(kPatience));
}

TEST_P(BlockingQueueTest, CloseEndsAWaitingPut) {
  BlockingQueue<int> queue(1);
  queue.put(1);
  const Thread putting = start([&] { EXPECT_THROW(queue.put(2), QueueClosedException); });
  EXPECT_FALSE(putting.join(kMoment));
  queue.close();
  EXPECT_TRUE(putting.join(kPatience));
  EXPECT_EQ(queue.take(), 1);
  EXPECT_EQ(queue.poll(0ms), std::nullopt);
}

TEST_P(BlockingQueueTest, CloseEndsAWaitingOffer) {
  BlockingQueue<int> queue(1);
  queue.put(1);
  const Thread putting = start([&] { EXPECT_THROW(queue.offer(2, 1h), QueueClosedException); });
  EXPECT_FALSE(putting.join(kMoment));
  queue.close();
  EXPECT_TRUE(putting.join(kPatience));
}

TEST_P(BlockingQueueTest, CloseEndsTheWaitingOfAll) {
  BlockingQueue<int> queue;
  std::vector<Thread> taking;
  for (int i = 0; i < 10; ++i) taking.push_back(start([&] { EXPECT_EQ(queue.poll(kForever), std::nullopt); }));
  queue.close();
  for (const Thread& thread : taking) EXPECT_TRUE(thread.join(kPatience));
}

TEST_P(BlockingQueueTest, MayBeClosedTwice) {
  BlockingQueue<int> queue;
  queue.put(1);
  queue.close();
  run([&] { queue.close(); });
  EXPECT_EQ(queue.take(), 1);
}

// ---- arguments ------------------------------------------------------------------------------------------------------

TEST(BlockingQueueArgumentTest, ACapacityOfZeroIsAnArgumentError) {
  EXPECT_THROW(BlockingQueue<int>(0), std::invalid_argument);
}

TEST(BlockingQueueArgumentTest, ANegativeTimeIsAnArgumentError) {
  BlockingQueue<int> queue(1);
  EXPECT_THROW(queue.poll(-1ms), std::invalid_argument);
  EXPECT_THROW(queue.offer(1, -1ms), std::invalid_argument);
  EXPECT_TRUE(queue.offer(2, 0ms));
  EXPECT_THROW(queue.poll(-1ms), std::invalid_argument);
  EXPECT_EQ(queue.take(), 2);
  queue.close();
  EXPECT_THROW(queue.poll(-1ms), std::invalid_argument);
  EXPECT_THROW(queue.offer(1, -1ms), std::invalid_argument);
}

// ---- many threads ---------------------------------------------------------------------------------------------------

TEST_P(BlockingQueueTest, PassesEveryElementOnceFrom100ProducersTo100Consumers) {
  constexpr int kThreads = 100;
  constexpr int kElements = 10;  // of each producer
  BlockingQueue<int> queue(8);
  std::vector<std::atomic<int>> taken(kThreads * kElements);
  std::vector<Thread> consumers;
  for (int i = 0; i < kThreads; ++i) {
    consumers.push_back(start([&] {
      while (const auto element = queue.poll(kForever)) ++taken[static_cast<std::size_t>(*element)];
    }));
  }
  runInThreads(kThreads, [&](int number) {
    for (int i = 0; i < kElements; ++i) queue.put(number * kElements + i);
  });
  queue.close();
  for (const Thread& consumer : consumers) EXPECT_TRUE(consumer.join(kPatience));
  for (const auto& count : taken) ASSERT_EQ(count, 1);
}

// Offers and polls give up all the time; what was offered with success arrives, and nothing else.
TEST_P(BlockingQueueTest, ThreadsThatGiveUpLoseAndDoubleNoElement) {
  BlockingQueue<int> queue(1);
  std::atomic<int> offered{0};
  std::atomic<int> polled{0};
  runInThreads(8, [&](int number) {
    for (int i = 0; i < 60; ++i) {
      const std::chrono::milliseconds time(i % 2);
      if (number % 2 == 0) {
        if (queue.offer(i, time)) ++offered;
      } else {
        if (queue.poll(time)) ++polled;
      }
    }
  });
  while (queue.poll(0ms)) ++polled;
  EXPECT_EQ(polled, offered);
  EXPECT_GT(polled, 0);
}

// Whatever was put before the close is taken, and each take ends.
TEST_P(BlockingQueueTest, ACloseAmidPutsAndTakesLosesNothing) {
  for (int round = 0; round < 10; ++round) {
    BlockingQueue<int> queue(2);
    std::atomic<int> put{0};
    std::atomic<int> taken{0};
    std::vector<Thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.push_back(start([&] {
        try {
          for (;; ++put) queue.put(1);
        } catch (const QueueClosedException&) {
        }
      }));
      threads.push_back(start([&] {
        try {
          for (;; ++taken) queue.take();
        } catch (const QueueClosedException&) {
        }
      }));
    }
    Thread::sleep(1ms);
    queue.close();
    for (const Thread& thread : threads) ASSERT_TRUE(thread.join(kPatience));
    EXPECT_EQ(taken, put);
  }
}

// ---- elements that throw --------------------------------------------------------------------------------------------

// Can only be copied, and calls a function for each copy.
struct Fragile {
  explicit Fragile(const std::function<void()>& function) : onCopy(function) {}
  Fragile(const Fragile& other) : onCopy(other.onCopy) { onCopy(); }
  Fragile& operator=(const Fragile&) = delete;

  const std::function<void()>& onCopy;
};

TEST(BlockingQueueElementTest, AnElementThatCannotBeTakenStays) {
  bool isBroken = false;
  const std::function<void()> failIfBroken = [&] {
    if (isBroken) throw std::runtime_error("cannot be copied");
  };
  const Fragile element(failIfBroken);
  BlockingQueue<Fragile> queue;
  queue.put(element);
  isBroken = true;
  EXPECT_THROW(queue.take(), std::runtime_error);
  EXPECT_THROW(queue.put(element), std::runtime_error);
  isBroken = false;
  queue.take();
  EXPECT_FALSE(queue.poll(0ms).has_value());
}

TEST_P(BlockingQueueTest, AnElementThatOneThreadCannotTakeWakesAnother) {
  int copies = 0;
  const std::function<void()> failOnce = [&] {
    if (++copies == 2) throw std::runtime_error("cannot be copied");  // the first copy is that of put
  };
  BlockingQueue<Fragile> queue;
  std::atomic<int> failures{0};
  const auto take = [&] {
    try {
      queue.take();
    } catch (const std::runtime_error&) {
      ++failures;
    }
  };
  const Thread first = start(take);
  const Thread second = start(take);
  EXPECT_FALSE(first.join(kMoment));
  queue.put(Fragile(failOnce));
  EXPECT_TRUE(first.join(kPatience));
  EXPECT_TRUE(second.join(kPatience));
  EXPECT_EQ(failures, 1);
}

}  // namespace
