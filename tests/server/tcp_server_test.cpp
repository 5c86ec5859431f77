// SPDX-License-Identifier: MIT
//
// TcpServer: a thread for each client, the handling of errors, and stop().
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/running_threads.hpp"
#include "support/strand_kind.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#include <unistd.h>

#include <ctime>
#endif

namespace netlite::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kSoon = 10s;  // far longer than anything here takes; only a failing test waits that long

void echo(Socket& client) {
  SocketInputStream in = client.getInputStream();
  SocketOutputStream out = client.getOutputStream();
  char buffer[256];
  while (const std::size_t count = in.read(buffer, sizeof buffer)) out.write(buffer, count);
}

template <typename Server>
Socket connectTo(const Server& server) {
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  client.setSoTimeout(kSoon);
  return client;
}

// Whether the server resets a client. The reset may arrive during the connect, which then throws.
bool isRefused(const TcpServer& server) {
  try {
    return readsReset(connectTo(server).getInputStream());
  } catch (const SocketException&) {
    return true;
  }
}

bool refusesConnects(const TcpServer& server) {
  try {
    connectTo(server);
    return false;
  } catch (const ConnectException&) {
    return true;
  }
}

std::string echoed(Socket& client, const std::string& text) {
  client.getOutputStream().write(text);
  return receive(client, text.size());
}

bool atEnd(Socket& client) {
  char byte = 0;
  try {
    return client.getInputStream().read(&byte, 1) == 0;
  } catch (const SocketException&) {
    return true;
  }
}

// Collects the exceptions that any thread reports, and waits for them.
class Errors {
 public:
  void add(std::exception_ptr error) {
    std::lock_guard<std::mutex> lock(mutex_);
    errors_.push_back(std::move(error));
    changed_.notify_all();
  }
  bool waitForCount(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, kSoon, [&] { return errors_.size() >= count; });
  }
  std::size_t count() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return errors_.size();
  }
  std::exception_ptr first() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return errors_.front();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::exception_ptr> errors_;  // guarded by mutex_
};

TcpServer::Options reportingTo(Errors& errors) {
  TcpServer::Options options;
  options.onError = [&errors](std::exception_ptr error) { errors.add(std::move(error)); };
  return options;
}

TEST(TcpServer, ServesClientsAtTheSameTime) {
  TestServer server(loopbackServer(), echo);
  server.start();
  Socket first = connectTo(server);
  Socket second = connectTo(server);
  EXPECT_EQ(echoed(second, "second"), "second");
  EXPECT_EQ(echoed(first, "first"), "first");
  EXPECT_EQ(server.connectionCount(), 2u);
}

TEST(TcpServer, ClosesTheSocketWhenTheHandlerReturns) {
  TestServer server(loopbackServer(), [](Socket& client) { client.getOutputStream().write("bye"); });
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(receive(client, 3), "bye");
  EXPECT_TRUE(atEnd(client));
}

TEST(TcpServer, AHandlersExceptionIsPassedToOnErrorAndEndsOnlyItsConnection) {
  Errors errors;
  const auto handler = [](Socket& client) {
    if (receive(client, 1) == "x") throw std::runtime_error("x came");
    echo(client);
  };
  TestServer server(loopbackServer(), handler, reportingTo(errors));
  server.start();
  Socket good = connectTo(server);
  good.getOutputStream().write("g");
  Socket bad = connectTo(server);
  bad.getOutputStream().write("x");
  EXPECT_TRUE(atEnd(bad));
  ASSERT_TRUE(errors.waitForCount(1));
  EXPECT_THROW(std::rethrow_exception(errors.first()), std::runtime_error);
  EXPECT_EQ(echoed(good, "still here"), "still here");
}

TEST(TcpServer, AnExceptionOfUnknownTypeDoesNotEndTheServer) {
  TestServer server(loopbackServer(), [](Socket&) { throw 42; });
  server.start();
  Socket first = connectTo(server);
  EXPECT_TRUE(atEnd(first));
  Socket second = connectTo(server);
  EXPECT_TRUE(atEnd(second));
}

TEST(TcpServer, AnExceptionFromOnErrorIsIgnored) {
  TcpServer::Options options;
  options.onError = [](std::exception_ptr) { throw std::runtime_error("from onError"); };
  TestServer server(
      loopbackServer(), [](Socket&) { throw std::runtime_error("from handler"); }, options);
  server.start();
  Socket first = connectTo(server);
  EXPECT_TRUE(atEnd(first));
  Socket second = connectTo(server);
  EXPECT_TRUE(atEnd(second));
}

TEST(TcpServer, ClientsBeyondMaxConnectionsWaitInTheBacklog) {
  TcpServer::Options options;
  options.maxConnections = 2;
  TestServer server(loopbackServer(), echo, options);
  server.start();
  Socket first = connectTo(server);
  Socket second = connectTo(server);
  Socket third = connectTo(server);
  EXPECT_EQ(echoed(first, "1"), "1");
  EXPECT_EQ(echoed(second, "2"), "2");
  third.getOutputStream().write("3");
  third.setSoTimeout(100ms);
  EXPECT_THROW(receive(third, 1), SocketTimeoutException);
  EXPECT_EQ(server.connectionCount(), 2u);
  first.close();
  third.setSoTimeout(kSoon);
  EXPECT_EQ(receive(third, 1), "3");
}

TEST(TcpServer, AClientThatTheAcceptFilterRefusesIsReset) {
  std::atomic<int> asked{0};
  TcpServer::Options options;
  options.acceptFilter = [&asked](const InetSocketAddress& remote) {
    EXPECT_TRUE(remote.getAddress().isLoopbackAddress());
    return asked++ > 0;
  };
  TestServer server(loopbackServer(), echo, options);
  server.start();
  EXPECT_TRUE(isRefused(server));
  Socket welcome = connectTo(server);
  EXPECT_EQ(echoed(welcome, "hello"), "hello");
}

TEST(TcpServer, AnExceptionFromTheAcceptFilterIsReportedAndTheClientIsReset) {
  Errors errors;
  std::atomic<int> asked{0};
  TcpServer::Options options = reportingTo(errors);
  options.acceptFilter = [&asked](const InetSocketAddress&) -> bool {
    if (asked++ == 0) throw std::runtime_error("filter");
    return true;
  };
  TestServer server(loopbackServer(), echo, options);
  server.start();
  EXPECT_TRUE(isRefused(server));
  EXPECT_TRUE(errors.waitForCount(1));
  Socket welcome = connectTo(server);
  EXPECT_EQ(echoed(welcome, "hello"), "hello");
}

TEST(TcpServer, EveryExceptionFromTheServerSocketsFilterIsReported) {
  Errors errors;
  std::atomic<int> asked{0};
  ServerSocket listening = loopbackServer();
  listening.setAcceptFilter([&asked](const InetSocketAddress&) -> bool {
    if (asked++ % 2 == 0) throw std::runtime_error("filter");
    return true;
  });
  TestServer server(std::move(listening), echo, reportingTo(errors));
  server.start();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(isRefused(server));
    Socket welcome = connectTo(server);
    EXPECT_EQ(echoed(welcome, "hello"), "hello");
  }
  EXPECT_TRUE(errors.waitForCount(2));
}

TEST(TcpServer, StopWithAGracePeriodLetsHandlersFinish) {
  std::promise<void> stopping;
  const std::shared_future<void> stopped = stopping.get_future();
  std::atomic<bool> finished{false};
  TestServer server(loopbackServer(), [&](Socket& client) {
    client.getOutputStream().write("!");
    stopped.wait();
    client.getOutputStream().write("done");
    finished = true;
  });
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(receive(client, 1), "!");
  BlockedThread stopper([&] { server.stop(kSoon); });
  stopper.waitUntilAsleep();
  EXPECT_TRUE(eventually([&] { return refusesConnects(server); }));  // stop() has closed the listening socket
  stopping.set_value();
  stopper.join();
  EXPECT_TRUE(finished);
  EXPECT_EQ(receive(client, 4), "done");
  EXPECT_EQ(server.connectionCount(), 0u);
}

TEST(TcpServer, StopClosesTheRemainingConnectionsAfterTheGracePeriod) {
  Errors errors;
  TestServer server(loopbackServer(), echo, reportingTo(errors));
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(echoed(client, "x"), "x");
  const auto start = std::chrono::steady_clock::now();
  server.stop(100ms);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
  EXPECT_TRUE(atEnd(client));
  EXPECT_EQ(errors.count(), 0u) << "the end of a handler that stop() has ended was reported as an error";
}

TEST(TcpServer, StopIsHarmlessWithoutStartAndWhenCalledTwice) {
  TestServer server(loopbackServer(), echo);
  server.stop(0ms);
  server.stop(kSoon);
  EXPECT_THROW(server.start(), SocketException);
  server.run();  // returns immediately
}

TEST(TcpServer, StopRefusesANegativeGracePeriod) {
  TestServer server(loopbackServer(), echo);
  server.start();
  EXPECT_THROW(server.stop(-1ms), std::invalid_argument);
  Socket client = connectTo(server);
  EXPECT_EQ(echoed(client, "x"), "x");
}

TEST(TcpServer, RunReturnsAfterStop) {
  TestServer server(loopbackServer(), echo);
  std::thread runner([&] { server.run(); });
  Socket client = connectTo(server);
  EXPECT_EQ(echoed(client, "x"), "x");
  server.stop(0ms);
  runner.join();
  EXPECT_EQ(server.connectionCount(), 0u);
}

TEST(TcpServer, AHandlerCanStopItsServerAndStillAnswer) {
  TcpServer* stopped = nullptr;
  TestServer server(loopbackServer(), [&](Socket& client) {
    receive(client, 1);
    stopped->stop(0ms);
    client.getOutputStream().write("stopped");
  });
  stopped = &server;
  server.start();
  Socket idle = connectTo(server);
  Socket client = connectTo(server);
  client.getOutputStream().write("x");
  EXPECT_EQ(receive(client, 7), "stopped");
  EXPECT_TRUE(atEnd(idle));
  server.run();
  EXPECT_EQ(server.connectionCount(), 0u);
}

TEST(TcpServer, SeveralHandlersCanCallStopTogether) {
  TcpServer* stopped = nullptr;
  TestServer server(loopbackServer(), [&](Socket& client) {
    client.getOutputStream().write("!");
    receive(client, 1);
    stopped->stop(kSoon);
  });
  stopped = &server;
  server.start();
  std::vector<Socket> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(connectTo(server));
  for (Socket& client : clients) EXPECT_EQ(receive(client, 1), "!");  // so none is in the backlog, which stop() resets
  for (Socket& client : clients) client.getOutputStream().write("x");
  server.run();
  EXPECT_EQ(server.connectionCount(), 0u);
}

TEST(TcpServer, TheAcceptFilterCanStopTheServer) {
  TcpServer* stopped = nullptr;
  TcpServer::Options options;
  options.acceptFilter = [&](const InetSocketAddress&) {
    stopped->stop(0ms);
    return true;
  };
  TestServer server(loopbackServer(), echo, options);
  stopped = &server;
  server.start();
  Socket client = connectTo(server);
  server.run();
  EXPECT_TRUE(atEnd(client));
}

TEST(TcpServer, AHandlerCanDestroyItsServer) {
  std::unique_ptr<TestServer> server;
  std::promise<void> destroyed;
  server = std::make_unique<TestServer>(loopbackServer(), [&](Socket& client) {
    receive(client, 1);
    server.reset();
    client.getOutputStream().write("gone");
    destroyed.set_value();
  });
  server->start();
  Socket client = connectTo(*server);
  client.getOutputStream().write("x");
  EXPECT_EQ(receive(client, 4), "gone");
  EXPECT_EQ(destroyed.get_future().wait_for(kSoon), std::future_status::ready);
  EXPECT_TRUE(atEnd(client));
}

TEST(TcpServer, TheDestructorEndsHandlersAndThreads) {
  std::atomic<int> served{0};
  Socket client;
  {
    TestServer server(loopbackServer(), [&](Socket& socket) {
      echo(socket);
      ++served;
    });
    server.start();
    client = connectTo(server);
    EXPECT_EQ(echoed(client, "x"), "x");
  }
  EXPECT_TRUE(atEnd(client));
}

TEST(TcpServer, ASocketMovedOutOfItsHandlerStaysOpen) {
  std::promise<Socket> kept;
  TestServer server(loopbackServer(), [&](Socket& client) { kept.set_value(std::move(client)); });
  server.start();
  Socket client = connectTo(server);
  Socket moved = kept.get_future().get();
  server.stop(kSoon);
  moved.getOutputStream().write("alive");
  EXPECT_EQ(receive(client, 5), "alive");
}

TEST(TcpServer, StopClosesASocketThatItsHandlerHasMovedIntoAVariable) {
  TestServer server(loopbackServer(), [](Socket& client) {
    Socket moved = std::move(client);
    moved.getOutputStream().write("!");
    echo(moved);
  });
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(receive(client, 1), "!");
  server.stop(0ms);
  EXPECT_TRUE(atEnd(client));
}

TEST(TcpServer, RefusesAnUnboundOrClosedServerSocketAndANullHandler) {
  EXPECT_THROW(TcpServer(ServerSocket(), echo), std::invalid_argument);
  EXPECT_THROW(TcpServer(loopbackServer(), nullptr), std::invalid_argument);
  ServerSocket closed = loopbackServer();
  closed.close();
  EXPECT_THROW(TcpServer(std::move(closed), echo), std::invalid_argument);
}

TEST(TcpServer, TheServerSocketsTimeoutIsIgnored) {
  ServerSocket listening = loopbackServer();
  listening.setSoTimeout(1ms);
  Errors errors;
  TestServer server(std::move(listening), echo, reportingTo(errors));
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(echoed(client, "x"), "x");
  EXPECT_EQ(errors.count(), 0u);
}

TEST(TcpServer, ServesWithSmallStacks) {
  TcpServer::Options options;
  options.threadStackSize = 1;  // rounded up to what the system allows
  TestServer server(
      loopbackServer(), [](Socket& client) { client.getOutputStream().write("ok"); }, options);
  server.start();
  Socket client = connectTo(server);
  EXPECT_EQ(receive(client, 2), "ok");
}

#ifdef __linux__
// Holds every descriptor that this process can still open.
class AllDescriptors {
 public:
  AllDescriptors() {
    for (int taken = ::dup(0); taken >= 0; taken = ::dup(0)) taken_.push_back(taken);
  }
  ~AllDescriptors() { release(taken_.size()); }
  void release(std::size_t count) {
    for (; count > 0; --count) {
      ::close(taken_.back());
      taken_.pop_back();
    }
  }

 private:
  std::vector<int> taken_;
};

TEST(TcpServer, DescriptorExhaustionIsReportedOnceAndTheServerRecovers) {
  waitOnce();  // opens this thread's waker, so that all descriptors released below go to the server
  Errors errors;
  ServerSocket listening = loopbackServer();
  std::vector<Socket> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connectTo(listening));
  TestServer server(std::move(listening), echo, reportingTo(errors));
  AllDescriptors all;
  server.start();
  ASSERT_TRUE(errors.waitForCount(1));
  const std::clock_t before = std::clock();
  for (Socket& client : clients) {
    all.release(1);
    EXPECT_EQ(echoed(client, "x"), "x");
  }
  all.release(5);
  Socket late = connectTo(server);
  EXPECT_EQ(echoed(late, "x"), "x");
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 5) << "the accept loop spun";
  EXPECT_EQ(errors.count(), 1u);
}
#endif

TEST(TcpServer, StopLeavesNoThreadsOrDescriptors) {
  if (!threadsAreVisible() || !descriptorsAreVisible()) GTEST_SKIP() << "this system lists no threads or descriptors";
  waitOnce();  // opens this thread's waker
  const std::size_t threads = baselineThreads();
  const std::set<std::intptr_t> descriptors = openDescriptors();
  for (int round = 0; round < 20; ++round) {
    TestServer server(loopbackServer(), echo);
    server.start();
    std::vector<Socket> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(connectTo(server));
    for (Socket& client : clients) EXPECT_EQ(echoed(client, "x"), "x");
    clients.resize(5);
    server.stop(round % 2 == 0 ? 0ms : 1ms);
  }
  EXPECT_TRUE(threadsFallTo(threads));
  EXPECT_EQ(openDescriptors(), descriptors);
}

TEST(TcpServer, ThreadsOfEndedClientsAreReleased) {
  if (!threadsAreVisible()) GTEST_SKIP() << "this system does not list threads";
  TestServer server(loopbackServer(), [](Socket&) {});
  server.start();
  const std::size_t threads = runningThreads();
  for (int i = 1; i <= 300; ++i) {
    Socket client = connectTo(server);
    EXPECT_TRUE(atEnd(client));
    if (i % 50 != 0) continue;
    EXPECT_TRUE(threadsFallTo(threads + 1));  // the last thread has not been joined yet
  }
}

}  // namespace
}  // namespace netlite::test
