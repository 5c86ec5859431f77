// SPDX-License-Identifier: MIT
//
// Virtual threads where POSIX shows more of them: how many carriers there are, forked children, stacks.
#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/posix/forked.hpp"
#include "support/sanitizers.hpp"
#include "support/system.hpp"

#include <netlite/datagram_socket.hpp>
#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;

class PosixVirtualThreadsTest : public testing::Test {
 protected:
  // In a child, so that this process has no carriers when a test begins.
  void SetUp() override {
    if (!holdsInChild([] { return Thread::startVirtualThread([] {}).isVirtual(); }))
      GTEST_SKIP() << "there are no virtual threads on this processor or system";
  }

  // How many OS threads carry a number of virtual threads that all wait.
  static std::size_t carriersInUse() {
    std::set<std::thread::id> carriers;
    std::mutex mutex;  // held for a moment only
    Semaphore started(0);
    Semaphore end(0);
    constexpr int kThreads = 40;
    std::vector<Thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.push_back(Thread::startVirtualThread([&] {
        {
          const std::lock_guard<std::mutex> lock(mutex);
          carriers.insert(std::this_thread::get_id());
        }
        started.release();
        end.acquire();
      }));
    }
    for (int i = 0; i < kThreads; ++i) started.acquire();
    for (int i = 0; i < kThreads; ++i) end.release();
    for (const Thread& thread : threads) thread.join();
    return carriers.size();
  }
};

// ---- how many carriers there are ------------------------------------------------------------------------------------

TEST_F(PosixVirtualThreadsTest, TheEnvironmentSetsTheNumberOfCarriers) {
  EXPECT_TRUE(holdsInChild([] {
    ::setenv("NETLITE_PARALLELISM", "5", 1);
    return carriersInUse() == 5;
  }));
}

TEST_F(PosixVirtualThreadsTest, TheProgramPrevailsOverTheEnvironment) {
  EXPECT_TRUE(holdsInChild([] {
    ::setenv("NETLITE_PARALLELISM", "5", 1);
    VirtualThreads::setParallelism(3);
    return carriersInUse() == 3;
  }));
}

TEST_F(PosixVirtualThreadsTest, AnInvalidNumberInTheEnvironmentIsIgnored) {
  ::unsetenv("NETLITE_PARALLELISM");
  const int usual = exitCodeOf([] { return static_cast<int>(carriersInUse()); });
  ASSERT_GT(usual, 0);
  for (const char* const invalid : {"", "0", "-1", "+5", " 5", "5 ", "5x", "five", "1e1", "99999999999999999999"}) {
    EXPECT_EQ(exitCodeOf([invalid] {
                ::setenv("NETLITE_PARALLELISM", invalid, 1);
                return static_cast<int>(carriersInUse());
              }),
              usual)
        << '"' << invalid << '"';
  }
}

TEST_F(PosixVirtualThreadsTest, TheNumberIsFixedOnceOneHasStarted) {
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(2);
    VirtualThreads::setParallelism(1);
    Thread::startVirtualThread([] {}).join();
    try {
      VirtualThreads::setParallelism(2);
    } catch (const IllegalStateException&) {
      return carriersInUse() == 1;
    }
    return false;
  }));
}

// ---- forked children ------------------------------------------------------------------------------------------------

TEST_F(PosixVirtualThreadsTest, AChildStartsItsOwnCarriers) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  Semaphore started(0);
  Semaphore end(0);
  const Thread waiting = Thread::startVirtualThread([&] {
    started.release();
    end.acquire();
  });
  started.acquire();  // a carrier that starts may hold locks of a sanitizer, which the child would wait for
  EXPECT_TRUE(holdsInChild([&] {
    if (waiting.isAlive()) return false;
    ServerSocket server = loopbackServer();
    const Thread echoing = Thread::startVirtualThread([&] {
      Socket client = server.accept();
      client.getOutputStream().write(receive(client, 4));
    });
    Socket socket(InetAddress::getLoopbackAddress(), server.getLocalPort());
    socket.getOutputStream().write("ping");
    return receive(socket, 4) == "ping" && echoing.join(kPatience);
  }));
  end.release();
  EXPECT_TRUE(waiting.join(kPatience));
}

TEST_F(PosixVirtualThreadsTest, TheParentGoesOnAfterAForkWhileItsThreadsWait) {
  Pair pair = connectedPair();
  const Thread reading = Thread::startVirtualThread([&] { EXPECT_EQ(receive(pair.server, 4), "ping"); });
  EXPECT_EQ(exitCodeOf([] { return 0; }), 0);
  pair.client.getOutputStream().write("ping");
  EXPECT_TRUE(reading.join(kPatience));
}

TEST_F(PosixVirtualThreadsTest, AChildKeepsTheParallelismOfTheParent) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(3);
    Thread::startVirtualThread([] {}).join();
    return holdsInChild([] { return carriersInUse() == 3; });
  }));
}

TEST_F(PosixVirtualThreadsTest, AChildMayChooseAnotherParallelism) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(3);
    Thread::startVirtualThread([] {}).join();
    return holdsInChild([] {
      VirtualThreads::setParallelism(2);
      return carriersInUse() == 2;
    });
  }));
}

TEST_F(PosixVirtualThreadsTest, AChildKeepsTheStuckHandlerOfTheParent) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  EXPECT_TRUE(holdsInChild([] {
    static std::atomic<bool> is_reported{false};
    VirtualThreads::setStuckHandler(20ms, [](const std::string& name, auto) { is_reported = name == "hog"; });
    Thread::startVirtualThread([] {}).join();
    return holdsInChild([] {
      const auto hold = [] {
        while (!is_reported) std::this_thread::yield();
      };
      return Thread::ofVirtual().name("hog").start(hold).join(kPatience);
    });
  }));
}

// There is no shutdown in a child, which the parent would notice. So nothing but the close itself ends these waits.
TEST_F(PosixVirtualThreadsTest, CloseEndsTheWaitsForInheritedSockets) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "children may not start threads here";
  Pair pair = connectedPair();
  ServerSocket server = loopbackServer();
  DatagramSocket datagrams(0, InetAddress::getLoopbackAddress());
  const auto endsWhenClosed = [](const std::function<void()>& wait, const std::function<void()>& close) {
    Semaphore isWaiting(0);
    std::atomic<bool> wasClosed{false};
    const Thread waiting = Thread::startVirtualThread([&] {
      isWaiting.release();
      try {
        wait();
      } catch (const IOException& closed) {
        wasClosed = closed.code() == std::errc::operation_canceled;
      }
    });
    isWaiting.acquire();
    std::this_thread::sleep_for(20ms);  // if it does not wait by then, the test is easier
    close();
    return waiting.join(kPatience) && wasClosed;
  };
  EXPECT_TRUE(holdsInChild([&] { return endsWhenClosed([&] { server.accept(); }, [&] { server.close(); }); }));
  EXPECT_TRUE(holdsInChild([&] {
    DatagramPacket packet(10);
    return endsWhenClosed([&] { datagrams.receive(packet); }, [&] { datagrams.close(); });
  }));
  EXPECT_TRUE(holdsInChild(
      [&] { return endsWhenClosed([&] { pair.server.getInputStream().read(); }, [&] { pair.server.close(); }); }));
  EXPECT_TRUE(holdsInChild([&] {
    const std::string endless(64 << 20, 'x');
    return endsWhenClosed([&] { pair.client.getOutputStream().write(endless); }, [&] { pair.client.close(); });
  }));
}

// ---- stacks ---------------------------------------------------------------------------------------------------------

[[gnu::noinline]] int recurse(int depth) {
  volatile char frame[100] = {};
  return depth == 0 ? 0 : recurse(depth - 1) + frame[0];
}

TEST_F(PosixVirtualThreadsTest, AnOverflowNamesTheThreadAndTheSize) {
#if defined(NETLITE_TEST_ADDRESS_SANITIZER) || defined(NETLITE_TEST_THREAD_SANITIZER)
  GTEST_SKIP() << "the sanitizer reports the fault itself";
#endif
  if (runsUnderQemu()) GTEST_SKIP() << "qemu-user reports the signal, too";
  EXPECT_EXIT(Thread::ofVirtual().name("deep").stackSize(128 * 1024).start([] { recurse(1'000'000'000); }).join(),
              testing::KilledBySignal(SIGSEGV),
              "^netlite: virtual thread deep has overflowed its stack of 131072 bytes\n$");
}

#if defined(__linux__) && !defined(NETLITE_TEST_ADDRESS_SANITIZER)

// Writes to most of a stack of 64 KiB. Returns the lowest address.
[[gnu::noinline]] std::uintptr_t useStack() {
  volatile char frame[40 * 1024];
  for (std::size_t i = 0; i < sizeof frame; i += 512) frame[i] = 1;
  volatile std::uintptr_t lowest = reinterpret_cast<std::uintptr_t>(&frame[0]);  // compilers warn of the address
  return lowest;
}

// How many of the eight pages from there on have memory.
int residentPages(std::uintptr_t address) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  unsigned char states[8] = {};
  if (::mincore(reinterpret_cast<void*>((address + page - 1) / page * page), 8 * page, states) != 0) return -1;
  int count = 0;
  for (const unsigned char state : states) count += state & 1;
  return count;
}

TEST_F(PosixVirtualThreadsTest, AnIdleThreadGivesTheMemoryOfItsStackBack) {
  std::atomic<std::uintptr_t> used{0};
  std::atomic<int> resident{0};
  Semaphore end(0);
  const Thread idle = Thread::startVirtualThread([&] {
    const std::uintptr_t lowest = useStack();
    resident = residentPages(lowest);
    used = lowest;
    end.acquire();
  });
  EXPECT_TRUE(eventually([&] { return used != 0; }));
  EXPECT_EQ(resident, 8);
  EXPECT_TRUE(eventually([&] { return residentPages(used) == 0; }));
  end.release();
  idle.join();
}

#endif

// ---- what peers and programs may do ---------------------------------------------------------------------------------

// The mark of urgent data ends a read early, although bytes after it have arrived.
TEST_F(PosixVirtualThreadsTest, BytesAfterUrgentDataAreRead) {
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(1);
    ServerSocket server = loopbackServer();
    const int raw = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server.getLocalPort()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(raw, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    Socket client = server.accept();
    std::string got;
    std::atomic<bool> isReading{false};
    const Thread reading = Thread::startVirtualThread([&] {
      isReading = true;
      got = receive(client, 11);
    });
    // The sender is on the same carrier, so the reader only runs when all of it has arrived.
    const Thread sending = Thread::startVirtualThread([&] {
      while (!isReading) Thread::yield();
      ::send(raw, "before", 6, 0);
      ::send(raw, "!", 1, MSG_OOB);
      ::send(raw, "after", 5, 0);
    });
    return sending.join(kPatience) && reading.join(kPatience) && got == "beforeafter";
  }));
}

// An ICMP error ends nothing: the next receive waits without occupying its carrier.
TEST_F(PosixVirtualThreadsTest, AReceiveAfterAnUnreachablePeerWaits) {
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(1);
    DatagramSocket socket(0, InetAddress::getLoopbackAddress());
    int port = 0;
    {
      DatagramSocket gone(0, InetAddress::getLoopbackAddress());
      port = gone.getLocalPort();
    }
    socket.connect({InetAddress::getLoopbackAddress(), port});
    socket.setSoTimeout(200ms);
    std::atomic<int> others{0};
    std::atomic<bool> hasEnded{false};
    const Thread receiving = Thread::startVirtualThread([&] {
      DatagramPacket packet(100);
      for (int i = 0; i < 3; ++i) {
        try {
          socket.receive(packet);
        } catch (const IOException&) {
        }
      }
      hasEnded = true;
    });
    const Thread other = Thread::startVirtualThread([&] {
      socket.send(DatagramPacket("x", socket.getRemoteSocketAddress()));  // while the first one waits
      for (; !hasEnded; ++others) Thread::sleep(5ms);
    });
    return receiving.join(kPatience) && other.join(kPatience) && others > 10;
  }));
}

TEST_F(PosixVirtualThreadsTest, ACloseThatLingersHoldsNoCarrier) {
  EXPECT_TRUE(holdsInChild([] {
    VirtualThreads::setParallelism(1);
    Pair pair = connectedPair();
    pair.client.setSoLinger(true, 1);
    pair.client.setWriteTimeout(1ms);
    try {
      for (;;) pair.client.getOutputStream().write(std::string(1 << 20, 'x'));
    } catch (const SocketTimeoutException&) {
      // The peer's buffers are full, so the close has to linger.
    }
    std::atomic<int> others{0};
    std::atomic<bool> isClosed{false};
    const Thread closing = Thread::startVirtualThread([&] {
      pair.client.close();
      isClosed = true;
    });
    const Thread other = Thread::startVirtualThread([&] {
      for (; !isClosed; ++others) Thread::sleep(5ms);
    });
    return closing.join(kPatience) && other.join(kPatience) && others > 10;
  }));
}

}  // namespace
