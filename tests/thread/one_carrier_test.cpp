// SPDX-License-Identifier: MIT
//
// Virtual threads that share one carrier: who runs when, and what they leave untouched of each other.
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/system.hpp"
#include "thread/carrier.hpp"
#include "thread/strand.hpp"
#include "thread/virtual_thread.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 50s;

class OneCarrierTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { VirtualThreads::setParallelism(1); }

  void SetUp() override {
    const Thread first = start([] {});
    join({first});
    if (!first.isVirtual()) GTEST_SKIP() << "there are no virtual threads on this processor or system";
  }

  template <typename Task>
  static Thread start(Task&& task, const std::string& name = {}) {
    return Thread::ofVirtual().name(name).stackSize(256 * 1024).start(std::forward<Task>(task));
  }

  static void join(const std::vector<Thread>& threads) {
    for (const Thread& thread : threads) ASSERT_TRUE(thread.join(kPatience)) << "it hangs";
  }

  static std::string dump() {
    std::ostringstream out;
    VirtualThreads::dump(out);
    return out.str();
  }
};

TEST_F(OneCarrierTest, AllRunInOneOsThread) {
  std::set<std::thread::id> carriers;
  std::vector<Thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.push_back(start([&] {
      carriers.insert(std::this_thread::get_id());
      Thread::sleep(1ms);
      carriers.insert(std::this_thread::get_id());
    }));
  }
  join(threads);
  EXPECT_EQ(carriers.size(), 1u);
}

TEST_F(OneCarrierTest, ParallelismCannotBeChangedAnyMore) {
  EXPECT_THROW(VirtualThreads::setParallelism(2), IllegalStateException);
}

// ---- exceptions -----------------------------------------------------------------------------------------------------

std::string messageOfCurrentException() {
  try {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  }
}

TEST_F(OneCarrierTest, ACaughtExceptionIsOnesOwnAcrossWaits) {
  std::vector<Thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.push_back(start([i] {
      const std::string own = "exception " + std::to_string(i);
      try {
        throw std::runtime_error(own);
      } catch (...) {
        for (int round = 0; round < 20; ++round) {
          (round + i) % 3 == 0 ? Thread::sleep(1ms) : Thread::yield();
          EXPECT_EQ(messageOfCurrentException(), own);
        }
      }
      EXPECT_EQ(std::current_exception(), nullptr);
    }));
  }
  join(threads);
}

TEST_F(OneCarrierTest, AThreadHasNoExceptionWhileAnotherOneHandlesIts) {
  Semaphore isHandling(0);
  Semaphore mayEnd(0);
  const Thread handling = start([&] {
    try {
      throw std::runtime_error("handled");
    } catch (const std::runtime_error&) {
      isHandling.release();
      mayEnd.acquire();
    }
  });
  const Thread other = start([&] {
    isHandling.acquire();
    EXPECT_EQ(std::current_exception(), nullptr);
    mayEnd.release();
  });
  join({handling, other});
}

TEST_F(OneCarrierTest, AReadMayWaitInACatchBlock) {
  Pair first = connectedPair();
  Pair second = connectedPair();
  std::vector<Thread> threads;
  for (Socket* const socket : {&first.server, &second.server}) {
    threads.push_back(start([socket] {
      BufferedReader in(socket->getInputStream());
      const std::string own = socket == nullptr ? "" : std::to_string(socket->getPort());
      try {
        throw std::runtime_error(own);
      } catch (...) {
        EXPECT_EQ(in.readLine(), "a line");
        EXPECT_EQ(messageOfCurrentException(), own);
      }
    }));
  }
  threads.push_back(start([&] {
    for (Socket* const socket : {&first.client, &second.client}) socket->getOutputStream().write("a line\n");
  }));
  join(threads);
}

class WaitsWhenDestroyed {
 public:
  WaitsWhenDestroyed(Semaphore& started, Semaphore& end) : started_(started), end_(end) {}
  ~WaitsWhenDestroyed() {
    started_.release();
    end_.acquire();
    EXPECT_EQ(std::uncaught_exceptions(), 1);
  }
  WaitsWhenDestroyed(const WaitsWhenDestroyed&) = delete;
  WaitsWhenDestroyed& operator=(const WaitsWhenDestroyed&) = delete;

 private:
  Semaphore& started_;
  Semaphore& end_;
};

TEST_F(OneCarrierTest, ADestructorMayWaitDuringUnwinding) {
  Semaphore isUnwinding(0);
  Semaphore mayEnd(0);
  const Thread unwinding = start([&] {
    try {
      const WaitsWhenDestroyed waits(isUnwinding, mayEnd);
      throw std::runtime_error("own");
    } catch (...) {
      EXPECT_EQ(messageOfCurrentException(), "own");
    }
  });
  const Thread other = start([&] {
    isUnwinding.acquire();
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    try {
      throw std::runtime_error("other");
    } catch (...) {
      mayEnd.release();
      Thread::yield();
      EXPECT_EQ(messageOfCurrentException(), "other");
    }
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  });
  join({unwinding, other});
}

// A destructor that has to wait until the peer reads.
TEST_F(OneCarrierTest, AWriterMayFlushDuringUnwinding) {
  Pair pair = connectedPair();
  const std::string text(4 << 20, 'x');
  const Thread writing = start([&] {
    try {
      PrintWriter out(pair.server.getOutputStream());
      struct Flushed {
        PrintWriter& writer;
        ~Flushed() { writer.flush(); }
      } const flushed{out};
      out.print(text);
      throw std::runtime_error("own");
    } catch (...) {
      EXPECT_EQ(messageOfCurrentException(), "own");
    }
  });
  const Thread reading = start([&] {
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(receive(pair.client, text.size()).size(), text.size());
  });
  join({writing, reading});
}

// ---- fairness -------------------------------------------------------------------------------------------------------

// Four threads read bytes that have all arrived, one by one, and so never wait. Two others play ping-pong beside them.
TEST_F(OneCarrierTest, BusyClientsLetAPingThrough) {
  constexpr int kFlooders = 4;
  const int kBytes = runsUnderWine() ? 2000 : 10000;  // each takes much longer there
  constexpr int kCallsInARow = 32;
  constexpr int kRoundsOfAPing = 6;  // four hand-overs, each of which the poller may see a round later
  std::vector<Pair> floods;
  for (int i = 0; i < kFlooders; ++i) floods.push_back(connectedPair());
  for (Pair& flood : floods) flood.client.getOutputStream().write(std::string(static_cast<std::size_t>(kBytes), 'x'));
  Pair pair = connectedPair();

  int calls = 0;
  int flooding = kFlooders;
  int pings = 0;
  int mostCalls = 0;
  std::atomic<bool> isReady{false};
  std::vector<Thread> threads;
  threads.push_back(start([&] {
    SocketInputStream in = pair.server.getInputStream();
    SocketOutputStream out = pair.server.getOutputStream();
    while (in.read() != -1) out.write("p");
  }));
  threads.push_back(start([&] {
    SocketInputStream in = pair.client.getInputStream();
    SocketOutputStream out = pair.client.getOutputStream();
    while (!isReady) Thread::yield();
    while (flooding == kFlooders) {
      const int before = calls;
      out.write("p");
      in.read();
      ++pings;
      mostCalls = std::max(mostCalls, calls - before);
    }
    pair.client.close();
  }));
  for (Pair& flood : floods) {
    threads.push_back(start([&] {
      SocketInputStream in = flood.server.getInputStream();
      while (!isReady) Thread::yield();
      for (int i = 0; i < kBytes; ++i, ++calls) in.read();
      --flooding;
    }));
  }
  isReady = true;
  join(threads);
  EXPECT_LE(mostCalls, kFlooders * kCallsInARow * kRoundsOfAPing);
  EXPECT_GE(pings, kBytes / (kCallsInARow * kRoundsOfAPing));
}

TEST_F(OneCarrierTest, AWaitThatDoesNotHaveToWaitIsNoPause) {
  bool hasRun = false;
  const Thread busy = start([&] {
    const Thread other = start([&] { hasRun = true; });
    for (int i = 0; i < 100 && !hasRun; ++i) {
      VirtualThread::current()->unpark();
      VirtualThread::park(Deadline::never());
      countCall();
    }
    EXPECT_TRUE(hasRun);
  });
  join({busy});
}

// The lock's wake-up goes to a virtual thread of this carrier, which cannot run while the carrier waits for the lock.
TEST_F(OneCarrierTest, ACarrierGetsALockThatItsVirtualThreadWaitsFor) {
  WordMutex mutex;
  mutex.lock();
  std::atomic<bool> isWaiting{false};
  bool hasLocked = false;
  const auto lock = [&] {
    const WordMutexLock held(mutex);
    hasLocked = true;
  };
  const Thread first = start(lock);
  const Thread second = start([&] {
    while (dump().find("another thread") == std::string::npos) Thread::yield();
    VirtualThread* const self = std::exchange(current_strand.virtual_thread, nullptr);  // as the carrier itself
    isWaiting = true;
    lock();
    current_strand.virtual_thread = self;
  });
  while (!isWaiting) std::this_thread::yield();
  std::this_thread::sleep_for(20ms);  // if the carrier does not wait by then, the test is easier
  mutex.unlock();
  join({first, second});
  EXPECT_TRUE(hasLocked);
}

// Each round would take as long as a carrier's longest sleep, and all together more than kPatience.
TEST_F(OneCarrierTest, WhatBecomesReadyBeforeTheCarrierSleepsRunsAtOnce) {
  constexpr int kRounds = 50;
  Semaphore mayRun(0);
  Semaphore hasRun(0);
  const Thread waiting = start([&] {
    for (int i = 0; i < kRounds; ++i) {
      mayRun.acquire();
      hasRun.release();
    }
  });
  const Thread holding = start([&] {
    for (int i = 0; i < kRounds; ++i) {
      std::thread([&] { mayRun.release(); }).join();  // while this one holds the carrier
      hasRun.acquire();
    }
  });
  join({waiting, holding});
}

TEST_F(OneCarrierTest, YieldLetsEveryOtherRunOnce) {
  int others = 0;
  const Thread yielding = start([&] {
    std::vector<Thread> threads;
    for (int i = 0; i < 10; ++i) threads.push_back(start([&] { ++others; }));
    EXPECT_EQ(others, 0);
    Thread::yield();
    EXPECT_EQ(others, 10);
  });
  join({yielding});
}

TEST_F(OneCarrierTest, TimersFireBesideAThreadThatAlwaysYields) {
  std::atomic<bool> hasFired{false};
  const Thread sleeping = start([&] {
    Thread::sleep(5ms);
    hasFired = true;
  });
  const Thread busy = start([&] {
    while (!hasFired) Thread::yield();
  });
  join({sleeping, busy});
}

// ---- the dump -------------------------------------------------------------------------------------------------------

TEST_F(OneCarrierTest, ADumpSaysWhatEachOneWaitsFor) {
  Pair pair = connectedPair();
  Semaphore end(0);
  const Thread reading = start([&] { pair.server.getInputStream().read(); }, "reader");
  const Thread waiting = start([&] { end.acquire(); }, "waiter");
  std::string text;
  const auto has = [&](const std::string& wanted) { return text.find(wanted) != std::string::npos; };
  EXPECT_TRUE(eventually([&] {
    text = dump();
    return has("reader: waiting for ") && has(" ms: read from " + peerName(pair.server)) &&
           has("waiter: waiting for ") && has(" ms: another thread");
  })) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  pair.client.close();
  end.release();
  join({reading, waiting});
}

TEST_F(OneCarrierTest, ADumpSaysThatAThreadSleepsBlocksOrConnects) {
  const FullListener silent;
  const std::string address = silent.address().toString();
  Socket socket;
  Semaphore end(0);
  const Thread sleeping = start([] { Thread::sleep(500ms); }, "sleeper");
  const Thread blocking = start([&] { Thread::blocking([&] { end.acquire(); }); }, "blocker");
  const Thread connecting = start([&] { EXPECT_THROW(socket.connect(silent.address()), SocketException); }, "client");
  std::string text;
  const auto has = [&](const std::string& wanted) { return text.find(wanted) != std::string::npos; };
  EXPECT_TRUE(eventually([&] {
    text += dump();
    return has(" ms: the end of its sleep\n") && has(" ms: a call that blocks\n") &&
           has(" ms: connect to " + address + "\n");
  })) << text;
  socket.close();
  end.release();
  join({sleeping, blocking, connecting});
}

TEST_F(OneCarrierTest, ADumpNamesAServersThreadsByItsPortAndTheClientsAddress) {
  std::string nameInHandler;
  TcpServer::Options options;
  options.virtualThreads = true;
  TcpServer server(
      loopbackServer(),
      [&](Socket& client) {
        client.getInputStream().read();
        nameInHandler = Thread::currentThread().getName();
      },
      options);
  server.start();
  const std::string port = std::to_string(server.getLocalPort());
  Socket socket(InetAddress::getLoopbackAddress(), server.getLocalPort());
  const std::string name = "client " + socket.getLocalSocketAddress().toString() + " of port " + port;
  std::string text;
  const auto has = [&](const std::string& wanted) { return text.find(wanted) != std::string::npos; };
  EXPECT_TRUE(eventually([&] {
    text = dump();
    return has(name + ": waiting for ") && has("acceptor of port " + port + ": waiting for ");
  })) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
  socket.close();
  server.stop(kPatience);
  EXPECT_EQ(nameInHandler, name);
}

TEST_F(OneCarrierTest, ADumpNamesTheOneThatHoldsTheCarrier) {
  std::atomic<bool> isHolding{false};
  std::atomic<bool> mayEnd{false};
  const Thread holding = start(
      [&] {
        isHolding = true;
        while (!mayEnd) std::this_thread::yield();
      },
      "hog");
  while (!isHolding) std::this_thread::yield();
  EXPECT_EQ(dump(), "hog: running; the others of its carrier wait for it and are not shown\n");
  mayEnd = true;
  join({holding});
}

TEST_F(OneCarrierTest, AThreadThatHasEndedIsNotDumped) {
  join({start([] {}, "gone")});
  EXPECT_TRUE(eventually([] { return dump().empty(); }));
}

TEST_F(OneCarrierTest, NobodyRunsWhileTheCarrierSleeps) {
  Carrier* carrier = nullptr;
  join({start([&] { carrier = Carrier::current(); }, "gone")});
  ASSERT_TRUE(eventually([&] { return carrier->switchCount() % 2 == 0 && carrier->load() == 0; }));
  EXPECT_EQ(carrier->nameOfRunning(carrier->switchCount()), "");
}

// ---- held carriers --------------------------------------------------------------------------------------------------

TEST_F(OneCarrierTest, TheStuckHandlerIsCalledOnceForEachHold) {
  struct Call {
    std::chrono::milliseconds held;
    std::thread::id thread;
  };
  constexpr auto kLimit = 20ms;
  std::mutex mutex;
  std::vector<Call> calls;
  const auto count = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return calls.size();
  };
  VirtualThreads::setStuckHandler(kLimit, [&](const std::string& name, std::chrono::milliseconds held) {
    if (name != "hog") return;  // on a busy machine another one may be held up, too
    const std::lock_guard<std::mutex> lock(mutex);
    calls.push_back({held, std::this_thread::get_id()});
  });
  std::thread::id carrier;
  const Thread hog = start(
      [&] {
        carrier = std::this_thread::get_id();
        for (std::size_t hold = 1; hold <= 2; ++hold) {
          EXPECT_TRUE(eventually([&] { return count() == hold; }));
          std::this_thread::sleep_for(10 * kLimit);  // in which a second report of this hold would come
          EXPECT_EQ(count(), hold);
          Thread::yield();
        }
      },
      "hog");
  join({hog});
  VirtualThreads::setStuckHandler(std::chrono::milliseconds::max(), {});
  for (const Call& call : calls) {
    EXPECT_GE(call.held, kLimit);
    EXPECT_NE(call.thread, carrier);
    EXPECT_NE(call.thread, std::this_thread::get_id());
  }
}

TEST_F(OneCarrierTest, TheStuckHandlerIsToldTheClientsAddress) {
  std::mutex mutex;
  std::string reported;
  const auto isReported = [&] {
    const std::lock_guard<std::mutex> lock(mutex);
    return !reported.empty();
  };
  VirtualThreads::setStuckHandler(20ms, [&](const std::string& name, std::chrono::milliseconds) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (name.find("client") == 0) reported = name;  // on a busy machine the acceptor may be held up, too
  });
  TcpServer::Options options;
  options.virtualThreads = true;
  TcpServer server(
      loopbackServer(), [&](Socket&) { EXPECT_TRUE(eventually(isReported)); }, options);
  server.start();
  const Socket socket(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_TRUE(eventually(isReported));
  VirtualThreads::setStuckHandler(std::chrono::milliseconds::max(), {});
  server.stop(kPatience);
  const std::string client = socket.getLocalSocketAddress().toString();
  EXPECT_EQ(reported, "client " + client + " of port " + std::to_string(server.getLocalPort()));
}

TEST_F(OneCarrierTest, AThreadThatWaitsHoldsNothing) {
  std::atomic<int> calls{1};
  for (int round = 0; round < 5 && calls != 0; ++round) {  // a busy machine may hold up its carrier
    calls = 0;
    VirtualThreads::setStuckHandler(20ms, [&](const std::string&, std::chrono::milliseconds) { ++calls; });
    join({start([] { Thread::sleep(200ms); })});
    VirtualThreads::setStuckHandler(std::chrono::milliseconds::max(), {});
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
