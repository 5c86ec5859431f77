// SPDX-License-Identifier: MIT
//
// Virtual threads on several carriers and OS threads use the same sockets, listeners, queues and locks, while others
// close, time out and reuse descriptors. Whoever makes no progress for 20 s has lost a wake-up; then the program is
// aborted. NETLITE_TEST_STORM_SECONDS sets how long each storm takes.
#include "support/loopback.hpp"
#include "support/system.hpp"
#include "support/turns.hpp"

#include <netlite/blocking_queue.hpp>
#include <netlite/netlite.hpp>
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPatience = 20s;

std::chrono::seconds duration() {
  const char* const seconds = std::getenv("NETLITE_TEST_STORM_SECONDS");
  return std::chrono::seconds(seconds != nullptr ? std::atoi(seconds) : 2);
}

// One of those that take part. Counts what it does.
class Party {
 public:
  explicit Party(std::string name) : name_(std::move(name)) {}

  void progress() { count_.fetch_add(1, std::memory_order_relaxed); }
  void end() { has_ended_ = true; }

  /// Whether it has done something since the last call, or has ended.
  bool isAlive() {
    const long count = count_.load(std::memory_order_relaxed);
    return std::exchange(seen_, count) != count || has_ended_;
  }
  bool hasEnded() const { return has_ended_; }
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
  std::atomic<long> count_{1};
  std::atomic<bool> has_ended_{false};
  long seen_ = 0;  // of the watching thread
};

// Starts the parties, every second one in an OS thread, and watches them until all have ended.
class Storm {
 public:
  /// Work that a party repeats until the time is over.
  using Work = std::function<void(Party& party, std::mt19937& random)>;

  bool isOver() const { return Clock::now() >= end_; }

  void start(const std::string& name, bool isVirtual, const Work& work) {
    Party& party =
        parties_.emplace_back((isVirtual ? "virtual " : "OS ") + name + " " + std::to_string(parties_.size()));
    const auto seed = static_cast<unsigned>(parties_.size());
    const auto run = [this, &party, work, seed] {
      std::mt19937 random(seed);
      while (!isOver()) {
        work(party, random);
        party.progress();
      }
      party.end();
    };
    auto builder = isVirtual ? Thread::ofVirtual().stackSize(256 * 1024) : Thread::ofPlatform();
    threads_.push_back(builder.name(party.name()).start(run));
  }

  void startBoth(const std::string& name, const Work& work) {
    for (const bool isVirtual : {true, false, true}) start(name, isVirtual, work);
  }

  /// Waits for the end of all.
  /// @param afterwards called when the time is over, to end those that wait
  void await(const std::function<void()>& afterwards = [] {}) {
    std::this_thread::sleep_until(end_);
    afterwards();
    for (const Thread& thread : threads_) watch(thread);
  }

 private:
  void watch(const Thread& thread) {
    while (!thread.join(kPatience)) {
      bool isHanging = false;
      for (Party& party : parties_) {
        if (party.isAlive()) continue;
        isHanging = true;
        std::cerr << party.name() << " makes no progress\n";
      }
      if (!isHanging) continue;
      VirtualThreads::dump(std::cerr);
      std::abort();
    }
  }

  const Clock::time_point end_ = Clock::now() + duration();
  std::deque<Party> parties_;
  std::vector<Thread> threads_;
};

class VirtualStormTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { VirtualThreads::setParallelism(3); }
};

bool oneIn(std::mt19937& random, unsigned number) { return random() % number == 0; }

// A virtual and an OS thread at either end, each of which may be the one that reads what the other end wrote.
void exchangeLines(Party& party, std::mt19937& random, Socket& socket, bool isFirst) {
  BufferedReader in(socket.getInputStream());
  PrintWriter out(socket.getOutputStream());
  const std::string text(random() % 8 == 0 ? 20000 : 20, 'x');
  for (int i = 0; i < 50; ++i) {
    if (isFirst) {
      out.println(text);
      out.flush();
    }
    const auto line = in.readLine();
    if (!line) return;
    if (!isFirst) {
      out.println(*line);
      out.flush();
    }
    party.progress();
  }
}

// Connections come and go, so that descriptors and what virtual threads know of them are used again all the time.
TEST_F(VirtualStormTest, LinesPassOverConnectionsThatComeAndGo) {
  Storm storm;
  ServerSocket server = loopbackServer(200);
  const auto address = server.getLocalSocketAddress();
  for (int i = 0; i < 2; ++i) {
    storm.startBoth("echo", [&](Party& party, std::mt19937& random) {
      try {
        Socket client = server.accept();
        if (oneIn(random, 2)) client.setSoTimeout(1h);
        exchangeLines(party, random, client, false);
      } catch (const IOException&) {
        // The client is gone, or the server is closed.
      }
    });
    storm.startBoth("client", [&](Party& party, std::mt19937& random) {
      try {
        Socket socket;
        socket.connect(address, 1h);
        if (oneIn(random, 2)) socket.setSoTimeout(1h);
        exchangeLines(party, random, socket, true);
      } catch (const IOException&) {
        // The server is closed.
      }
    });
  }
  // The clients may wait for a server that has ended; closing resets them.
  storm.await([&] { server.close(); });
}

// Accepts of several threads, and two clients at a time: each must be taken.
TEST_F(VirtualStormTest, EveryClientIsAccepted) {
  Storm storm;
  ServerSocket server = loopbackServer(200);
  const auto address = server.getLocalSocketAddress();
  storm.startBoth("acceptor", [&](Party&, std::mt19937&) {
    try {
      Socket client = server.accept();
      client.getOutputStream().write("x");
      client.getInputStream().read();
    } catch (const IOException&) {
      // Closed at the end.
    }
  });
  storm.start("clients", false, [&](Party&, std::mt19937&) {
    try {
      Socket first(address.getAddress(), address.getPort());
      Socket second(address.getAddress(), address.getPort());
      first.getInputStream().read();
      second.getInputStream().read();
    } catch (const IOException&) {
      // The server is closed.
    }
  });
  storm.await([&] { server.close(); });
}

TEST_F(VirtualStormTest, CloseWakesReadersAndWriters) {
  Storm storm;
  for (int i = 0; i < 2; ++i) {
    storm.startBoth("closer", [](Party&, std::mt19937& random) {
      Pair pair = connectedPair();
      std::vector<Thread> users;
      const auto use = [&](bool isVirtual, auto call) {
        users.push_back((isVirtual ? Thread::ofVirtual() : Thread::ofPlatform()).start([call]() mutable {
          try {
            while (call()) {
            }
          } catch (const IOException&) {
            // Closed.
          }
        }));
      };
      for (const bool isVirtual : {true, false}) {
        use(isVirtual, [in = pair.server.getInputStream()]() mutable { return in.read() != -1; });
        use(isVirtual, [out = pair.client.getOutputStream(), text = std::string(100000, 'x')]() mutable {
          out.write(text);
          return true;
        });
        use(isVirtual, [in = pair.client.getInputStream()]() mutable { return in.read() != -1; });
      }
      if (oneIn(random, 2)) Thread::sleep(std::chrono::milliseconds(random() % 3));
      pair.server.close();
      if (oneIn(random, 2)) Thread::yield();
      pair.client.close();
      for (const Thread& user : users) user.join();
    });
  }
  storm.await();
}

// Timeouts that come together with what is waited for.
TEST_F(VirtualStormTest, NothingIsLostToATimeout) {
  Storm storm;
  std::vector<Pair> pairs;
  for (int i = 0; i < 4; ++i) pairs.push_back(connectedPair());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    Pair& pair = pairs[i];
    pair.server.setSoTimeout(1ms);
    storm.start("sender", i % 2 == 0, [&](Party&, std::mt19937& random) {
      try {
        pair.client.getOutputStream().write("x");
        if (oneIn(random, 2)) Thread::sleep(1ms);
        pair.client.getInputStream().read();  // without a timeout
      } catch (const SocketException&) {
        // The time is over.
      }
    });
    storm.start("receiver", i % 3 != 0, [&, isOwed = false](Party&, std::mt19937&) mutable {
      try {
        if (!isOwed) isOwed = pair.server.getInputStream().read() != -1;
        if (isOwed) pair.server.getOutputStream().write("y");
        isOwed = false;
      } catch (const SocketTimeoutException&) {
        // The next call goes on.
      } catch (const SocketException&) {
        // The time is over.
      }
    });
  }
  storm.await([&] {
    for (Pair& pair : pairs) pair.server.shutdownOutput();
    for (Pair& pair : pairs) pair.client.shutdownInput();
  });
}

// Bytes that arrive while others are being read, on connections whose readers run on several carriers: only one of them
// is notified of what arrives.
TEST_F(VirtualStormTest, BytesThatComeDuringAReadAreRead) {
  struct Connection {
    Pair pair = connectedPair();
    Semaphore answers{0};
  };
  Storm storm;
  std::deque<Connection> connections(4);
  for (Connection& connection : connections) {
    storm.start("sender", false, [&](Party&, std::mt19937& random) {
      try {
        SocketOutputStream out = connection.pair.client.getOutputStream();
        const auto count = 2 + random() % 3;
        for (std::size_t byte = 0; byte < count; ++byte) {
          out.write("x");
          for (auto pause = random() % 2000; pause != 0; --pause) {
            std::atomic_signal_fence(std::memory_order_seq_cst);
          }
        }
        for (std::size_t byte = 0; byte < count; ++byte) connection.answers.acquire();
      } catch (const SocketException&) {
        // The time is over.
      }
    });
    for (int i = 0; i < 3; ++i) {
      storm.start("receiver", true, [&](Party& party, std::mt19937&) {
        char bytes[10];
        while (const std::size_t count = connection.pair.server.getInputStream().read(bytes, sizeof bytes)) {
          for (std::size_t byte = 0; byte < count; ++byte) connection.answers.release();
          party.progress();
        }
      });
    }
  }
  storm.await([&] {
    for (Connection& connection : connections) connection.pair.client.shutdownOutput();
  });
}

// A carrier that is not woken sleeps for a second at most. So a turn that is late now and then would make all of them
// take longer than kPatience.
TEST_F(VirtualStormTest, TurnsPassBetweenCarriersWithoutDelay) {
  const int kRounds = runsUnderWine() ? 1000 : 5000;
  EXPECT_TRUE(turnsPass(kRounds, kPatience)) << "the turns are late";
}

TEST_F(VirtualStormTest, QueuesAndLocksPassEverythingOn) {
  Storm storm;
  BlockingQueue<int> queue(3);
  Mutex mutex;
  Semaphore permits(2);
  long shared = 0;
  std::atomic<long> increments{0};
  std::atomic<int> inside{0};
  for (int i = 0; i < 3; ++i) {
    storm.startBoth("producer", [&](Party&, std::mt19937& random) {
      try {
        queue.offer(1, oneIn(random, 4) ? std::chrono::milliseconds(random() % 2) : 1h);
      } catch (const QueueClosedException&) {
        // The time is over.
      }
    });
    storm.startBoth("consumer", [&](Party&, std::mt19937& random) {
      queue.poll(oneIn(random, 4) ? std::chrono::milliseconds(random() % 2) : 1h);
    });
    storm.startBoth("counter", [&](Party&, std::mt19937& random) {
      if (oneIn(random, 3)) {
        if (!mutex.try_lock_for(std::chrono::milliseconds(random() % 2))) return;
      } else {
        mutex.lock();
      }
      const std::lock_guard<Mutex> lock(mutex, std::adopt_lock);
      const long before = shared;
      if (oneIn(random, 8)) Thread::yield();
      shared = before + 1;
      ++increments;
    });
    storm.startBoth("visitor", [&](Party&, std::mt19937& random) {
      if (oneIn(random, 3)) {
        if (!permits.tryAcquire(std::chrono::milliseconds(random() % 2))) return;
      } else {
        permits.acquire();
      }
      EXPECT_LE(++inside, 2);
      if (oneIn(random, 8)) Thread::yield();
      --inside;
      permits.release();
    });
  }
  storm.await([&] { queue.close(); });
  EXPECT_EQ(shared, increments);
  EXPECT_EQ(inside, 0);
}

// Parks while an exception unwinds the stack.
class ParkingOnExit {
 public:
  explicit ParkingOnExit(std::mt19937& random) : random_(random) {}
  ~ParkingOnExit() {
    EXPECT_EQ(std::uncaught_exceptions(), 1);
    park(random_);
    EXPECT_EQ(std::uncaught_exceptions(), 1);
  }
  ParkingOnExit(const ParkingOnExit&) = delete;
  ParkingOnExit& operator=(const ParkingOnExit&) = delete;

  static void park(std::mt19937& random) {
    if (oneIn(random, 2)) {
      Thread::yield();
    } else {
      Thread::sleep(1ms);
    }
  }

 private:
  std::mt19937& random_;
};

// Each thread parks in the middle of its exceptions, while its carrier runs others that do so, too.
TEST_F(VirtualStormTest, ExceptionsBelongToTheirThread) {
  Storm storm;
  for (int i = 0; i < 4; ++i) {
    storm.startBoth("thrower", [](Party&, std::mt19937& random) {
      const std::mt19937::result_type thrown = random();
      try {
        const ParkingOnExit parking(random);
        throw thrown;
      } catch (std::mt19937::result_type) {
        ParkingOnExit::park(random);
        try {
          throw;
        } catch (std::mt19937::result_type caught) {
          EXPECT_EQ(caught, thrown);
        }
      }
      EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
  }
  storm.await();
}

}  // namespace
