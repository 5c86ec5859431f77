// SPDX-License-Identifier: MIT
//
// Virtual threads: they run, park, sleep and share their carriers.
#include "thread/virtual_thread.hpp"
#include "thread/parker.hpp"
#include "thread/virtual_scheduler.hpp"

#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include "support/loopback.hpp"
#include "support/sanitizers.hpp"
#include "support/system.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace netlite {
namespace {

using namespace std::chrono_literals;

// ThreadSanitizer takes ten milliseconds for each, and AddressSanitizer one; Wine crashes with many more than 10000.
#ifdef NETLITE_TEST_THREAD_SANITIZER
constexpr int kMany = 1000;
#else
const int kMany = test::kInstrumented ? 4000 : test::runsOnWindows() ? 10000 : 100000;
#endif

// Runs the body in a virtual thread and waits for its end.
void runVirtually(const std::function<void()>& body) {
  std::promise<void> ended;
  virtual_scheduler::start(nullptr, 0, [&] {
    body();
    ended.set_value();
  });
  ended.get_future().wait();
}

TEST(VirtualThread, Runs) {
  bool isVirtual = false;
  runVirtually([&] { isVirtual = VirtualThread::current() != nullptr; });
  EXPECT_TRUE(isVirtual);
  EXPECT_EQ(VirtualThread::current(), nullptr);
}

TEST(VirtualThread, SleepsUntilTheDeadline) {
  const auto start = Deadline::Clock::now();
  bool wasUnparked = true;
  runVirtually([&] {
    Parker parker;
    wasUnparked = parker.park(Deadline::after(20ms));
  });
  EXPECT_FALSE(wasUnparked);
  EXPECT_GE(Deadline::Clock::now() - start, 20ms);
}

TEST(VirtualThread, ReadsAndWritesASocket) {
  ServerSocket server(0);
  std::string got;
  std::promise<void> ended;
  virtual_scheduler::start(nullptr, 0, [&] {
    Socket client = server.accept();
    BufferedReader in(client.getInputStream());
    PrintWriter out(client.getOutputStream());
    while (auto line = in.readLine()) {
      out.println("echo " + *line);
      out.flush();
    }
    ended.set_value();
  });
  Socket socket("127.0.0.1", server.getLocalPort());
  BufferedReader in(socket.getInputStream());
  PrintWriter out(socket.getOutputStream());
  for (int i = 0; i < 1000; ++i) {
    out.println(i);
    out.flush();
    ASSERT_EQ(in.readLine(), "echo " + std::to_string(i));
  }
  socket.close();
  ended.get_future().wait();
}

TEST(VirtualThread, ThousandsPingPong) {
  const int clients = test::runsUnderWine() ? 100 : 1000;  // Wine's server handles one request at a time
  ServerSocket server(0);
  std::atomic<int> left{2 * clients};
  std::promise<void> ended;
  virtual_scheduler::start(nullptr, 0, [&] {
    for (int i = 0; i < clients; ++i) {
      virtual_scheduler::start(nullptr, 0, [&, client = std::make_shared<Socket>(server.accept())] {
        {
          BufferedReader in(client->getInputStream());
          PrintWriter out(client->getOutputStream());
          while (auto line = in.readLine()) {
            out.println(*line);
            out.flush();
          }
        }
        client->close();
        if (--left == 0) ended.set_value();
      });
    }
  });
  for (int i = 0; i < clients; ++i) {
    virtual_scheduler::start(nullptr, 0, [&] {
      {
        Socket socket("127.0.0.1", server.getLocalPort());
        BufferedReader in(socket.getInputStream());
        PrintWriter out(socket.getOutputStream());
        for (int j = 0; j < 20; ++j) {
          out.println(j);
          out.flush();
          EXPECT_EQ(in.readLine(), std::to_string(j));
        }
      }
      if (--left == 0) ended.set_value();
    });
  }
  ended.get_future().wait();
}

TEST(VirtualThread, CloseEndsARead) {
  ServerSocket server(0);
  Socket socket("127.0.0.1", server.getLocalPort());
  Socket peer = server.accept();
  std::error_code code;
  std::promise<void> started;
  std::promise<void> ended;
  virtual_scheduler::start(nullptr, 0, [&] {
    started.set_value();
    try {
      socket.getInputStream().read();
    } catch (const IOException& exception) {
      code = exception.code();
    }
    ended.set_value();
  });
  started.get_future().wait();
  std::this_thread::sleep_for(10ms);
  socket.close();
  ended.get_future().wait();
  EXPECT_EQ(code, std::errc::operation_canceled);
}

TEST(VirtualThread, TimesOut) {
  ServerSocket server(0);
  Socket socket("127.0.0.1", server.getLocalPort());
  Socket peer = server.accept();
  bool timedOut = false;
  runVirtually([&] {
    socket.setSoTimeout(30ms);
    try {
      socket.getInputStream().read();
    } catch (const SocketTimeoutException&) {
      timedOut = true;
    }
  });
  EXPECT_TRUE(timedOut);
}

// ---- as many as the system has room for -----------------------------------------------------------------------------

// More stacks than vm.max_map_count allows if each one were a mapping.
class ManyVirtualThreadsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (sizeof(void*) < 8) GTEST_SKIP() << "the address space has no room for the stacks";
    if (!Thread::startVirtualThread([] {}).isVirtual()) GTEST_SKIP() << "there are no virtual threads here";
  }
};

TEST_F(ManyVirtualThreadsTest, AllWaitForOneSemaphore) {
  Semaphore end(0);
  Semaphore ended(0);
  std::atomic<int> started{0};
  for (int i = 0; i < kMany; ++i) {
    Thread::startVirtualThread([&] {
      ++started;
      end.acquire();
      ended.release();
    });
  }
  while (started < kMany) std::this_thread::yield();
  for (int i = 0; i < kMany; ++i) end.release();
  for (int i = 0; i < kMany; ++i) ASSERT_TRUE(ended.tryAcquire(20s)) << i;
}

// The semaphores have the same place in each stack, so their addresses differ by multiples of a stack's size.
TEST_F(ManyVirtualThreadsTest, EachWaitsForItsOwnSemaphore) {
  std::vector<Semaphore*> ends(static_cast<std::size_t>(kMany));
  Semaphore started(0);
  std::vector<Thread> threads;
  for (Semaphore*& slot : ends) {
    threads.push_back(Thread::startVirtualThread([&slot, &started] {
      Semaphore own(0);
      slot = &own;
      started.release();
      own.acquire();
    }));
  }
  for (int i = 0; i < kMany; ++i) started.acquire();
  for (Semaphore* const end : ends) end->release();
  for (const Thread& thread : threads) ASSERT_TRUE(thread.join(20s));
}

}  // namespace
}  // namespace netlite
