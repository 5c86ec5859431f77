// SPDX-License-Identifier: MIT
//
// TimerHeap: the earliest comes first, whatever was inserted and removed before.
#include "thread/timer_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace {

using netlite::TimerHeap;

TimerHeap::Time at(int milliseconds) { return TimerHeap::Time() + std::chrono::milliseconds(milliseconds); }

std::vector<TimerHeap::Time> takeAll(TimerHeap& heap) {
  std::vector<TimerHeap::Time> times;
  while (!heap.isEmpty()) {
    TimerHeap::Node& earliest = heap.earliest();
    times.push_back(earliest.time());
    heap.remove(earliest);
  }
  return times;
}

TEST(TimerHeapTest, IsEmptyAtFirst) { EXPECT_TRUE(TimerHeap().isEmpty()); }

TEST(TimerHeapTest, GivesTheEarliestFirst) {
  TimerHeap heap;
  std::vector<TimerHeap::Node> nodes(4);
  const int times[] = {3, 1, 4, 2};
  for (std::size_t i = 0; i < nodes.size(); ++i) heap.insert(nodes[i], at(times[i]));
  EXPECT_EQ(takeAll(heap), (std::vector<TimerHeap::Time>{at(1), at(2), at(3), at(4)}));
}

TEST(TimerHeapTest, KeepsNodesOfTheSameTime) {
  TimerHeap heap;
  std::vector<TimerHeap::Node> nodes(5);
  for (TimerHeap::Node& node : nodes) heap.insert(node, at(7));
  EXPECT_EQ(takeAll(heap), std::vector<TimerHeap::Time>(5, at(7)));
}

TEST(TimerHeapTest, ANodeThatWasRemovedMayBeInsertedAgain) {
  TimerHeap heap;
  TimerHeap::Node node;
  heap.insert(node, at(1));
  EXPECT_TRUE(node.isListed());
  heap.remove(node);
  EXPECT_FALSE(node.isListed());
  heap.insert(node, at(2));
  EXPECT_EQ(heap.earliest().time(), at(2));
}

// Removes nodes from every place: the root, a first child, a sibling, a node with children.
TEST(TimerHeapTest, StaysInOrderWhileNodesAreInsertedAndRemoved) {
  std::mt19937 random(1);
  TimerHeap heap;
  std::vector<TimerHeap::Node> nodes(200);
  for (int step = 0; step < 20000; ++step) {
    TimerHeap::Node& node = nodes[random() % nodes.size()];
    if (node.isListed()) {
      heap.remove(node);
    } else {
      heap.insert(node, at(static_cast<int>(random() % 1000)));
    }
    const TimerHeap::Node* earliest = nullptr;
    for (const TimerHeap::Node& other : nodes) {
      if (other.isListed() && (earliest == nullptr || other.time() < earliest->time())) earliest = &other;
    }
    ASSERT_EQ(heap.isEmpty(), earliest == nullptr);
    if (earliest != nullptr) {
      ASSERT_EQ(heap.earliest().time(), earliest->time());
    }
  }
  const auto listed = std::count_if(nodes.begin(), nodes.end(), [](const auto& node) { return node.isListed(); });
  const std::vector<TimerHeap::Time> times = takeAll(heap);
  EXPECT_EQ(times.size(), static_cast<std::size_t>(listed));
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
}

}  // namespace
