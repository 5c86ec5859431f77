// SPDX-License-Identifier: MIT
//
// Closes thousands of sockets, each at a random moment while threads use it. Meanwhile another thread opens descriptors
// that get the numbers just freed. No call may ever reach one of those: they hold known bytes, which are checked before
// they are closed.
#include "support/descriptors.hpp"
#include "support/loopback.hpp"
#include "support/running_threads.hpp"
#include "support/sanitizers.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = kInstrumented ? 400 : 3000;
constexpr auto kMaxTime = 6s;  // for one storm, even if it has not made all rounds

// ---- foreign descriptors --------------------------------------------------------------------------------------------

const std::string kSentinel = "sentinel";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) throw std::runtime_error("no descriptor");
  }
  // If this fails, another thread has closed it.
  ~Descriptor() { EXPECT_EQ(::close(number_), 0); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }

  void put(const std::string& bytes) const {
    EXPECT_EQ(::write(number_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // The bytes available now; the buffer has room for more than the expected ones.
  std::string take() const {
    char bytes[64];
    const ssize_t count = ::read(number_, bytes, sizeof bytes);
    return std::string(bytes, count < 0 ? 0 : static_cast<std::size_t>(count));
  }

 private:
  const int number_;
};

// A descriptor that holds known bytes, which any stray socket call would change.
class Foreign {
 public:
  Foreign() = default;
  Foreign(const Foreign&) = delete;
  Foreign& operator=(const Foreign&) = delete;
  virtual ~Foreign() = default;
  virtual void expectUntouched() = 0;
};

class ForeignSockets final : public Foreign {
 public:
  ForeignSockets() : ForeignSockets(makePair()) {}

  void expectUntouched() override {
    for (int round = 0; round < 2; ++round) {  // the second round checks that both directions are still open
      EXPECT_EQ(left_.take(), kSentinel);
      EXPECT_EQ(right_.take(), kSentinel);
      fill();
    }
  }

 private:
  explicit ForeignSockets(std::pair<int, int> ends) : left_(ends.first), right_(ends.second) { fill(); }

  static std::pair<int, int> makePair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) return {-1, -1};
    return {ends[0], ends[1]};
  }

  void fill() {
    left_.put(kSentinel);
    right_.put(kSentinel);
  }

  const Descriptor left_;
  const Descriptor right_;
};

class ForeignPipe final : public Foreign {
 public:
  ForeignPipe() : ForeignPipe(makePipe()) {}

  void expectUntouched() override { EXPECT_EQ(out_.take(), kSentinel); }

 private:
  explicit ForeignPipe(std::pair<int, int> ends) : out_(ends.first), in_(ends.second) { in_.put(kSentinel); }

  static std::pair<int, int> makePipe() {
    int ends[2];
    if (::pipe(ends) != 0) return {-1, -1};
    return {ends[0], ends[1]};
  }

  const Descriptor out_;
  const Descriptor in_;
};

class ForeignEvent final : public Foreign {
 public:
  void expectUntouched() override {
    std::uint64_t value = 0;
    EXPECT_EQ(::read(event_.get(), &value, sizeof value), static_cast<ssize_t>(sizeof value));
    EXPECT_EQ(value, kValue);
  }

 private:
  static constexpr unsigned kValue = 4711;

  const Descriptor event_{::eventfd(kValue, EFD_CLOEXEC | EFD_NONBLOCK)};
};

class DescriptorOpener {
 public:
  DescriptorOpener() : thread_([this] { run(); }) {}
  ~DescriptorOpener() {
    stopped_ = true;
    thread_.join();
  }
  DescriptorOpener(const DescriptorOpener&) = delete;
  DescriptorOpener& operator=(const DescriptorOpener&) = delete;

 private:
  void run() {
    while (!stopped_) {
      std::vector<std::unique_ptr<Foreign>> batch;
      for (int i = 0; i < 4; ++i) {
        batch.push_back(std::make_unique<ForeignSockets>());
        batch.push_back(std::make_unique<ForeignEvent>());
        batch.push_back(std::make_unique<ForeignPipe>());
        std::this_thread::yield();
      }
      for (const auto& foreign : batch) foreign->expectUntouched();
    }
  }

  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

// ---- the storm ------------------------------------------------------------------------------------------------------

class StormTest : public testing::Test {
 protected:
  // Runs the rounds alongside an opener, and checks that no threads or descriptors are left.
  template <typename Round>
  static void storm(Round round) {
    waitOnce();  // creates this thread's waker
    const std::size_t threads = baselineThreads();
    const auto descriptors = openDescriptors();
    {
      const DescriptorOpener opener;
      const auto end = Clock::now() + kMaxTime;
      for (int number = 0; number < kRounds && Clock::now() < end && !HasFailure(); ++number) round(number);
    }
    EXPECT_TRUE(threadsFallTo(threads));
    EXPECT_TRUE(descriptorsReturnTo(descriptors));
  }
};

// Whether a text says that the socket was closed here, or that the other side is gone.
bool isEnd(const std::string& text) {
  const std::string reason = text.substr(text.rfind(": ") + 2);
  const auto known = {"Socket closed", "Connection refused", "Connection reset by peer", "Broken pipe",
                      "the connection ended without close_notify"};
  return std::find(known.begin(), known.end(), reason) != known.end();
}

class Threads {
 public:
  Threads() = default;
  ~Threads() {
    for (std::thread& thread : threads_) thread.join();
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // Repeats `work` until the socket is closed or reset.
  template <typename Work>
  void untilClosed(Work work) {
    threads_.emplace_back([work = std::move(work)]() mutable {
      try {
        while (work()) {
        }
      } catch (const IOException& exception) {
        EXPECT_TRUE(isEnd(exception.what())) << exception.what();
      }
    });
  }

  // Does `work` once, at a random moment.
  template <typename Work>
  void atRandom(int seed, std::chrono::microseconds latest, Work work) {
    threads_.emplace_back([seed, latest, work = std::move(work)]() mutable {
      std::mt19937 generator(static_cast<unsigned>(seed));
      const auto delay = std::uniform_int_distribution<std::int64_t>(0, latest.count())(generator);
      for (const auto moment = Clock::now() + std::chrono::microseconds(delay); Clock::now() < moment;) {
      }
      work();
    });
  }

 private:
  std::vector<std::thread> threads_;
};

bool readSome(SocketInputStream& in) {
  char bytes[512];
  const std::size_t count = in.read(bytes, sizeof bytes);
  EXPECT_TRUE(std::all_of(bytes, bytes + count, [](char byte) { return byte == 'x'; })) << "read foreign bytes";
  return count != 0;
}

bool writeSome(SocketOutputStream& out) {
  out.write(std::string(700, 'x'));
  return true;
}

void startTraffic(Threads& threads, Socket& socket) {
  for (int i = 0; i < 2; ++i) threads.untilClosed([in = socket.getInputStream()]() mutable { return readSome(in); });
  threads.untilClosed([out = socket.getOutputStream()]() mutable { return writeSome(out); });
}

TEST_F(StormTest, ClosingWhileOthersReadAndWrite) {
  storm([](int number) {
    Pair pair = connectedPair();
    if (number % 2 == 1) pair.client.setSoTimeout(1h);
    Threads threads;
    startTraffic(threads, pair.client);
    startTraffic(threads, pair.server);
    for (int i = 0; i < 2; ++i) threads.atRandom(2 * number + i, 300us, [&] { pair.client.close(); });
  });
}

TEST_F(StormTest, ClosingWhileOthersWaitForInput) {
  storm([](int number) {
    Pair pair = connectedPair();
    if (number % 2 == 1) pair.client.setSoTimeout(1h);
    Threads threads;
    for (int i = 0; i < 3; ++i) {
      threads.untilClosed([in = pair.client.getInputStream()]() mutable { return readSome(in); });
    }
    threads.atRandom(number, 200us, [&] { pair.client.close(); });
  });
}

TEST_F(StormTest, DestroyingTheSocketWhileItsStreamsAreUsed) {
  storm([](int number) {
    Pair pair = connectedPair();
    Threads threads;
    startTraffic(threads, pair.client);
    startTraffic(threads, pair.server);
    threads.atRandom(number, 300us, [socket = std::move(pair.client)]() mutable { Socket gone(std::move(socket)); });
  });
}

TEST_F(StormTest, ClosingWhileOthersAccept) {
  storm([](int number) {
    ServerSocket server = loopbackServer();
    if (number % 2 == 1) server.setSoTimeout(1h);
    Threads threads;
    for (int i = 0; i < 3; ++i) {
      threads.untilClosed([&server] {
        server.accept().setSoLinger(true, 0);
        return true;
      });
    }
    threads.untilClosed([&server, port = server.getLocalPort()] {
      Socket(InetAddress::getLoopbackAddress(), port).setSoLinger(true, 0);
      return !server.isClosed();  // another process may have the port by now
    });
    threads.atRandom(number, 500us, [&server] { server.close(); });
  });
}

TEST_F(StormTest, ClosingWhileConnecting) {
  ServerSocket server = loopbackServer();
  server.setAcceptFilter([](const InetSocketAddress&) { return false; });
  std::thread accepting([&server] { EXPECT_THROW(server.accept(), SocketException); });
  storm([address = server.getLocalSocketAddress()](int number) {
    Socket socket;
    if (number % 2 == 1) socket.bind({InetAddress::getLoopbackAddress(), 0});
    {
      Threads threads;
      threads.untilClosed([&socket, &address] {
        socket.connect(address, 1h);
        SocketInputStream in = socket.getInputStream();
        return readSome(in);
      });
      threads.atRandom(number, 100us, [&socket] { socket.close(); });
    }
    EXPECT_TRUE(socket.isClosed());
  });
  server.close();
  accepting.join();
}

}  // namespace
