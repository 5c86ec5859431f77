// SPDX-License-Identifier: MIT
//
// Arena: a virtual thread's objects are on its stack's first page, and may outlive the thread.
#include "thread/arena.hpp"

#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/sanitizers.hpp"
#include "thread/strand_memory.hpp"
#include "thread/virtual_thread.hpp"

#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;

class ArenaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!Thread::startVirtualThread([] {}).isVirtual()) GTEST_SKIP() << "there are no virtual threads here";
#ifdef NETLITE_TEST_ADDRESS_SANITIZER
    GTEST_SKIP() << "everything is on the heap, which the sanitizer watches";
#endif
  }

  static void runVirtually(const std::function<void()>& body) {
    Thread::ofVirtual().stackSize(256 * 1024).start([&] { body(); }).join();
  }

  // Whether the memory is in the page of the running virtual thread's control block.
  static bool isOnOwnPage(const void* memory) {
    constexpr std::uintptr_t kPage = 4096;
    return reinterpret_cast<std::uintptr_t>(memory) / kPage ==
           reinterpret_cast<std::uintptr_t>(VirtualThread::current()) / kPage;
  }
};

TEST_F(ArenaTest, AVirtualThreadsMemoryIsOnItsOwnPage) {
  runVirtually([] {
    void* const memory = allocateInStrand(100);
    EXPECT_TRUE(isOnOwnPage(memory));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 8, 0u);
    freeInStrand(memory);
  });
}

TEST_F(ArenaTest, WhatDoesNotFitIsOnTheHeap) {
  runVirtually([] {
    void* const large = allocateInStrand(5000);
    EXPECT_FALSE(isOnOwnPage(large));
    std::memset(large, 1, 5000);
    freeInStrand(large);
    std::vector<void*> pieces;
    for (int i = 0; i < 100; ++i) {
      pieces.push_back(allocateInStrand(100));
      std::memset(pieces.back(), i, 100);
    }
    EXPECT_TRUE(isOnOwnPage(pieces.front()));
    EXPECT_FALSE(isOnOwnPage(pieces.back()));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(static_cast<char*>(pieces[static_cast<std::size_t>(i)])[99], i);
    for (void* const piece : pieces) freeInStrand(piece);
  });
}

TEST_F(ArenaTest, ItsRoomIsUsedAgainWhenEverythingIsGone) {
  runVirtually([] {
    for (int i = 0; i < 100; ++i) {
      void* const memory = allocateInStrand(800);
      EXPECT_TRUE(isOnOwnPage(memory));
      freeInStrand(memory);
    }
  });
}

TEST_F(ArenaTest, AnOsThreadsMemoryIsOnTheHeap) {
  EXPECT_EQ(Arena::current(), nullptr);
  void* const memory = allocateInStrand(100);
  freeInStrand(memory);
  freeInStrand(nullptr);
}

TEST_F(ArenaTest, TheLastToLeaveIsTold) {
  Arena arena{Stack()};
  EXPECT_FALSE(arena.hasObjects());
  EXPECT_NE(arena.allocate(8), nullptr);
  EXPECT_NE(arena.allocate(8), nullptr);
  EXPECT_TRUE(arena.hasObjects());
  EXPECT_FALSE(arena.drop());
  EXPECT_FALSE(arena.drop());
  EXPECT_FALSE(arena.hasObjects());
  EXPECT_TRUE(arena.drop());
}

// Other threads, which would overwrite the objects if they got the stack.
void useManyStacks() {
  for (int round = 0; round < 3; ++round) {
    std::vector<Thread> threads;
    for (int i = 0; i < 100; ++i) {
      threads.push_back(Thread::startVirtualThread([] {
        void* const memory = allocateInStrand(900);
        std::memset(memory, 0xff, 900);
        Thread::yield();
        freeInStrand(memory);
      }));
    }
    for (const Thread& thread : threads) thread.join();
  }
}

TEST_F(ArenaTest, ReaderAndWriterMayOutliveTheThreadThatMadeThem) {
  Pair pair = connectedPair();
  std::optional<BufferedReader> in;
  std::optional<PrintWriter> out;
  runVirtually([&] {
    in.emplace(pair.server.getInputStream());
    out.emplace(pair.client.getOutputStream());
    in->tie(*out);
    out->print("be");
  });
  useManyStacks();
  out->println("gun");
  out->flush();
  EXPECT_EQ(in->readLine(), "begun");
}

TEST_F(ArenaTest, AHandlerMayMoveItsSocketAway) {
  std::optional<Socket> kept;
  Semaphore isKept(0);
  TcpServer::Options options;
  options.virtualThreads = true;
  TcpServer server(
      loopbackServer(),
      [&](Socket& client) {
        kept.emplace(std::move(client));
        isKept.release();
      },
      options);
  server.start();
  Socket socket(InetAddress::getLoopbackAddress(), server.getLocalPort());
  isKept.acquire();
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 0; }));  // until then stop() would close the socket
  server.stop(std::chrono::milliseconds(0));
  useManyStacks();
  kept->getOutputStream().write("hello");
  EXPECT_EQ(receive(socket, 5), "hello");
}

}  // namespace
