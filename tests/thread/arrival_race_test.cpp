// SPDX-License-Identifier: MIT
//
// Bytes that arrive during a read of a virtual thread, between the system's recv and what follows it, are read next.
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace {

// Called once after the next recv that has returned bytes, in the thread that made it.
std::function<void()> after_recv;
std::atomic<bool> is_armed{false};

}  // namespace

extern "C" {

ssize_t __real_recv(int descriptor, void* buffer, size_t size, int flags);

ssize_t __wrap_recv(int descriptor, void* buffer, size_t size, int flags) {
  const ssize_t count = __real_recv(descriptor, buffer, size, flags);
  if (count > 0 && is_armed.exchange(false)) after_recv();
  return count;
}

}  // extern "C"

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

// Two readers on two carriers, the first of which watches the socket. So the other one's carrier is not told what
// arrives: the event comes while that one is in the middle of its read.
TEST(ArrivalRaceTest, BytesThatArriveDuringAReadAreNotLost) {
  VirtualThreads::setParallelism(2);
  Pair pair = connectedPair();
  SocketOutputStream out = pair.client.getOutputStream();
  const auto read = [&] {
    char buffer[10];
    const std::size_t count = pair.server.getInputStream().read(buffer, sizeof buffer);
    return std::string(buffer, count);
  };
  Semaphore mayEnd(0);
  Semaphore hasRead(0);
  const Thread watching = Thread::startVirtualThread([&] {
    EXPECT_EQ(read(), "1");
    hasRead.release();
    mayEnd.acquire();  // so that its carrier has more virtual threads than the other one
  });
  if (!watching.isVirtual()) GTEST_SKIP() << "there are no virtual threads on this processor or system";
  std::this_thread::sleep_for(20ms);  // until it waits; otherwise no carrier watches, and the test is easier
  out.write("1");
  ASSERT_TRUE(hasRead.tryAcquire(kPatience));
  after_recv = [&] {
    out.write("3");
    std::this_thread::sleep_for(50ms);  // in which the other carrier gets the event
  };
  std::string second;
  std::string third;
  const Thread reading = Thread::startVirtualThread([&] {
    second = read();
    third = read();
  });
  std::this_thread::sleep_for(20ms);  // until it waits, as above
  is_armed = true;
  out.write("2");
  EXPECT_TRUE(reading.join(kPatience)) << "it hangs";
  mayEnd.release();
  watching.join();
  EXPECT_EQ(second, "2");
  EXPECT_EQ(third, "3");
}

}  // namespace
