// SPDX-License-Identifier: MIT
//
// fork: a child may close, destroy and use its copies of the parent's objects, and may use the library itself.
#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/posix/forked.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kTimeout = 10s;  // far more than anything here takes

void echoOneLine(Socket& socket) {
  BufferedReader in(socket.getInputStream());
  PrintWriter out(socket.getOutputStream());
  if (const auto line = in.readLine()) out.println(*line);
}

std::string answerTo(const std::string& line, int port) {
  Socket socket("127.0.0.1", port, kTimeout);
  socket.setSoTimeout(kTimeout);
  BufferedReader in(socket.getInputStream());
  PrintWriter(socket.getOutputStream(), true).println(line);
  return in.readLine().value_or("(end)");
}

bool refusesConnections(int port) {
  try {
    const Socket socket("127.0.0.1", port, kTimeout);
    return false;
  } catch (const ConnectException&) {
    return true;
  }
}

// ---- the parent is unharmed -----------------------------------------------------------------------------------------

// What a child does with its copy of the parent's object.
enum class Ending { close, destroy, exit };

class EndInAChild : public testing::TestWithParam<Ending> {
 protected:
  // Runs a child that ends its copy of `object`.
  template <typename Object>
  static void endInChild(Object& object) {
    ASSERT_EQ(exitCodeOf([&] {
                if (GetParam() == Ending::close) object.close();
                if (GetParam() == Ending::destroy) Object gone(std::move(object));
                if (GetParam() == Ending::exit) {
                  std::atexit([] { ::_exit(0); });     // sanitizers see leaks in what the parent's threads own
                  static std::optional<Object> still;  // destroyed by exit()
                  still.emplace(std::move(object));
                  std::exit(0);
                }
                return 0;
              }),
              0);
  }
};

std::string nameOf(const testing::TestParamInfo<Ending>& ending) {
  if (ending.param == Ending::close) return "Close";
  return ending.param == Ending::destroy ? "Destroy" : "Exit";
}

INSTANTIATE_TEST_SUITE_P(Fork, EndInAChild, testing::Values(Ending::close, Ending::destroy, Ending::exit), nameOf);

TEST_P(EndInAChild, LeavesTheParentsAcceptWaiting) {
  ServerSocket server = loopbackServer();
  BlockedThread accepting([&] { server.accept(); });
  accepting.waitUntilAsleep();
  endInChild(server);
  Socket client("127.0.0.1", server.getLocalPort(), kTimeout);
  accepting.join();
}

TEST_P(EndInAChild, LeavesTheParentsTimedAcceptWaiting) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(kTimeout);
  BlockedThread accepting([&] { server.accept(); });
  accepting.waitUntilAsleep();
  endInChild(server);
  Socket client("127.0.0.1", server.getLocalPort(), kTimeout);
  accepting.join();
}

TEST_P(EndInAChild, LeavesTheParentsReadWaiting) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { EXPECT_EQ(pair.client.getInputStream().read(), 'x'); });
  reading.waitUntilAsleep();
  endInChild(pair.client);
  pair.server.getOutputStream().write('x');
  reading.join();
}

TEST_P(EndInAChild, LeavesTheParentsTimedReadWaiting) {
  Pair pair = connectedPair();
  pair.client.setSoTimeout(kTimeout);
  BlockedThread reading([&] { EXPECT_EQ(pair.client.getInputStream().read(), 'x'); });
  reading.waitUntilAsleep();
  endInChild(pair.client);
  pair.server.getOutputStream().write('x');
  reading.join();
}

// More than the buffers of both ends hold.
constexpr std::size_t kMuch = std::size_t{16} * 1024 * 1024;

TEST_P(EndInAChild, LeavesAWriteOfTheParentWaiting) {
  for (const auto timeout : {0ms, std::chrono::milliseconds(kTimeout)}) {
    Pair pair = connectedPair();
    pair.client.setWriteTimeout(timeout);
    BlockedThread writing([&] { pair.client.getOutputStream().write(std::string(kMuch, 'x')); });
    writing.waitUntilAsleep();
    endInChild(pair.client);
    EXPECT_EQ(receive(pair.server, kMuch).size(), kMuch);
    writing.join();
  }
}

// Threads that wait in a connect are in a list of wakers, which parent and child share.
TEST_P(EndInAChild, LeavesAConnectOfTheParentWaiting) {
  FullListener listener;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(listener.address(), kTimeout); });
  connecting.waitUntilAsleep();
  endInChild(socket);
  connecting.waitUntilAsleep();
  listener.acceptAll();
  connecting.join();
}

TEST_P(EndInAChild, LeavesUnreadInputToTheParent) {
  Pair pair = connectedPair();
  pair.server.getOutputStream().write("unread");
  ASSERT_TRUE(eventually([&] { return pair.client.getInputStream().available() == 6; }));
  endInChild(pair.client);
  EXPECT_EQ(receive(pair.client, 6), "unread");
  pair.client.getOutputStream().write("answer");
  EXPECT_EQ(receive(pair.server, 6), "answer");
}

TEST_P(EndInAChild, LeavesTheParentsReceiveWaiting) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  BlockedThread receiving([&] {
    DatagramPacket packet(10);
    socket.receive(packet);
    EXPECT_EQ(packet.getData(), "x");
  });
  receiving.waitUntilAsleep();
  endInChild(socket);
  DatagramSocket().send({"x", {InetAddress::getLoopbackAddress(), socket.getLocalPort()}});
  receiving.join();
}

TEST(ForkTest, AServerKeepsRunningAfterAChildHasDestroyedItsCopy) {
  auto server = std::make_unique<TcpServer>(loopbackServer(), echoOneLine);
  server->start();
  Socket held("127.0.0.1", server->getLocalPort(), kTimeout);
  ASSERT_TRUE(eventually([&] { return server->connectionCount() == 1; }));
  EXPECT_TRUE(holdsInChild([&] {
    server.reset();
    return true;
  }));
  PrintWriter(held.getOutputStream(), true).println("still here");
  EXPECT_EQ(BufferedReader(held.getInputStream()).readLine(), "still here");
  EXPECT_EQ(answerTo("hello", server->getLocalPort()), "hello");
}

TEST(ForkTest, AServerKeepsRunningAfterAChildHasStoppedItsCopy) {
  TcpServer server(loopbackServer(), echoOneLine);
  server.start();
  EXPECT_TRUE(holdsInChild([&] {
    server.stop(kTimeout);
    return server.connectionCount() == 0;
  }));
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
}

TEST(ForkTest, AChildsCopyOfAServerHasNoConnections) {
  TcpServer server(loopbackServer(), echoOneLine);
  server.start();
  Socket held("127.0.0.1", server.getLocalPort(), kTimeout);
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  EXPECT_TRUE(holdsInChild([&] { return server.connectionCount() == 0; }));
  EXPECT_EQ(server.connectionCount(), 1u);
}

// A connection ends for the peer when the last process has closed it.
TEST(ForkTest, AChildThatHasStoppedItsCopyKeepsNoConnectionOpen) {
  TcpServer server(loopbackServer(), echoOneLine);
  server.start();
  Socket held("127.0.0.1", server.getLocalPort(), kTimeout);
  held.setSoTimeout(kTimeout);
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  Gate stopped;
  Gate end;
  ForkedChild child([&] {
    server.stop(kTimeout);
    stopped.open();
    end.pass();
    return 0;
  });
  stopped.pass();
  PrintWriter(held.getOutputStream(), true).println("last");
  BufferedReader in(held.getInputStream());
  EXPECT_EQ(in.readLine(), "last");
  EXPECT_EQ(in.readLine(), std::nullopt);
  end.open();
  EXPECT_EQ(child.exitCode(), 0);
}

// Some of the forks happen while a thread of the parent changes the list of clients.
TEST(ForkTest, AChildMayStopItsCopyWhileClientsComeAndGo) {
  if (!kChildrenOfBusyThreadsMayAllocate) GTEST_SKIP() << "not supported by the sanitizers";
  TcpServer server(loopbackServer(), echoOneLine);
  server.start();
  std::atomic<bool> isOver{false};
  const auto comeAndGo = [&] {
    while (!isOver) EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
  };
  BlockedThread one(comeAndGo);
  BlockedThread other(comeAndGo);
  forManyChildren([&] {
    EXPECT_TRUE(holdsInChild([&] {
      server.stop(kTimeout);
      return server.connectionCount() == 0;
    }));
  });
  isOver = true;
}

TEST(ForkTest, AStaticServerDoesNotDelayTheExitOfAChild) {
  static TcpServer server(loopbackServer(), echoOneLine);
  server.start();
  EXPECT_EQ(exitCodeOf([] {
              std::exit(7);
              return 0;
            }),
            7);
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
  server.stop(0ms);
}

// exit() destroys a program's static objects, in a child too.
struct Statics {
  ServerSocket server = loopbackServer();
  Pair pair = connectedPair();
  DatagramSocket datagrams{0, InetAddress::getLoopbackAddress()};
  PrintWriter out{pair.client.getOutputStream()};
};

std::optional<Statics> statics;

class StaticsInAChild : public testing::Test {
 protected:
  StaticsInAChild() {
    statics.emplace();
    statics->out.print("once");
    EXPECT_EQ(exitCodeOf([] {
                std::exit(7);
                return 0;
              }),
              7);
  }
  ~StaticsInAChild() override { statics.reset(); }
};

TEST_F(StaticsInAChild, LeaveAServerSocketListening) {
  Socket client("127.0.0.1", statics->server.getLocalPort(), kTimeout);
  statics->server.setSoTimeout(kTimeout);
  statics->server.accept();
}

TEST_F(StaticsInAChild, LeaveASocketConnected) {
  statics->pair.server.getOutputStream().write("question");
  EXPECT_EQ(receive(statics->pair.client, 8), "question");
  statics->pair.client.getOutputStream().write("answer");
  EXPECT_EQ(receive(statics->pair.server, 6), "answer");
}

TEST_F(StaticsInAChild, LeaveADatagramSocketReceiving) {
  DatagramSocket().send({"x", {InetAddress::getLoopbackAddress(), statics->datagrams.getLocalPort()}});
  statics->datagrams.setSoTimeout(kTimeout);
  DatagramPacket packet(10);
  statics->datagrams.receive(packet);
  EXPECT_EQ(packet.getData(), "x");
}

TEST_F(StaticsInAChild, SendNoTextASecondTime) {
  statics->out.flush();
  statics->pair.client.shutdownOutput();
  EXPECT_EQ(statics->pair.server.getInputStream().readAllBytes(), "once");
}

template <typename Writer>
class ForkedWriter : public testing::Test {};
using Writers = testing::Types<PrintWriter, BufferedWriter, BufferedOutputStream>;
TYPED_TEST_SUITE(ForkedWriter, Writers, );  // clang warns about an empty variadic argument

TYPED_TEST(ForkedWriter, DestructorInAChildSendsNoTextOfTheParent) {
  Pair pair = connectedPair();
  auto out = std::make_unique<TypeParam>(pair.client.getOutputStream());
  out->write("once");
  EXPECT_TRUE(holdsInChild([&] {
    out.reset();
    return true;
  }));
  out.reset();
  pair.client.shutdownOutput();
  EXPECT_EQ(pair.server.getInputStream().readAllBytes(), "once");
}

TYPED_TEST(ForkedWriter, FlushInAChildSends) {
  Pair pair = connectedPair();
  TypeParam out(pair.client.getOutputStream());
  EXPECT_TRUE(holdsInChild([&] {
    out.write("child");
    out.flush();
    return true;
  }));
  EXPECT_EQ(receive(pair.server, 5), "child");
}

// The flush has sent the inherited text too, so everything printed later is the child's.
TYPED_TEST(ForkedWriter, DestructorInAChildSendsWhatFollowsAFlush) {
  Pair pair = connectedPair();
  auto out = std::make_unique<TypeParam>(pair.client.getOutputStream());
  EXPECT_TRUE(holdsInChild([&] {
    out->write("first ");
    out->flush();
    out->write("second");
    out.reset();
    return true;
  }));
  pair.client.shutdownOutput();
  EXPECT_EQ(pair.server.getInputStream().readAllBytes(), "first second");
}

double processorSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// On systems where a thread keeps its waker, the child's only thread has the one that it had in the parent. Another
// thread of the child ends its wait, and then the child, before the waker is reset.
void endAWaitAndTheChild() {
  ServerSocket own = loopbackServer();
  own.setSoTimeout(kTimeout);
  const std::string waiting = currentTask();
  std::thread([&] {
    while (sleepState(waiting).empty()) yieldToOthers();
    own.close();
    ::_exit(0);
  }).detach();
  thrownBy<SocketException>([&] { own.accept(); });
  for (;;) ::pause();
}

// If parent and child shared a waker, one would signal it and the other would never drain it.
TEST(ForkTest, AWaitDoesNotSpinAfterAChildWasWokenFromOne) {
  waitOnce();
  ServerSocket server = loopbackServer();
  server.setSoTimeout(50ms);
  for (int child = 0; child < 20; ++child) {
    EXPECT_TRUE(holdsInChild([] {
      endAWaitAndTheChild();
      return true;
    }));
    const double before = processorSeconds();
    EXPECT_THROW(server.accept(), SocketTimeoutException);
    ASSERT_LT(processorSeconds() - before, 0.025);
  }
}

// ---- the child can use the library ----------------------------------------------------------------------------------

TEST(ForkTest, AChildMayServeAndConnect) {
  waitOnce();
  EXPECT_TRUE(holdsInChild([] {
    TcpServer server(loopbackServer(), echoOneLine);
    server.start();
    const bool answers = answerTo("hello", server.getLocalPort()) == "hello";
    server.stop(kTimeout);
    return answers;
  }));
}

TEST(ForkTest, AChildMayStartAServerThatTheParentCreated) {
  TcpServer server(loopbackServer(), echoOneLine);
  EXPECT_TRUE(holdsInChild([&] {
    server.start();
    const bool answers = answerTo("hello", server.getLocalPort()) == "hello";
    server.stop(kTimeout);
    return answers;
  }));
}

// The parent's server has reached its limit, so only the child's copy can serve the child's client.
TEST(ForkTest, AChildMayStartItsCopyOfAServerThatRunsInTheParent) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  TcpServer::Options options;
  options.maxConnections = 1;
  TcpServer server(loopbackServer(), echoOneLine, options);
  server.start();
  Socket held("127.0.0.1", server.getLocalPort(), kTimeout);
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  EXPECT_TRUE(holdsInChild([&] {
    server.start();
    const bool answers = answerTo("child", server.getLocalPort()) == "child";
    server.stop(kTimeout);
    return answers;
  }));
  held.close();
  EXPECT_EQ(answerTo("parent", server.getLocalPort()), "parent");
}

TEST(ForkTest, AChildMayAcceptOnAListenerOfTheParent) {
  for (const auto timeout : {0ms, std::chrono::milliseconds(kTimeout)}) {
    ServerSocket server = loopbackServer();
    server.setSoTimeout(timeout);
    ForkedChild child([&] {
      Socket client = server.accept();
      echoOneLine(client);
      return 0;
    });
    EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
    EXPECT_EQ(child.exitCode(), 0);
  }
}

TEST(ForkTest, CloseInAChildEndsItsAcceptOnAListenerOfTheParent) {
  for (const auto timeout : {0ms, std::chrono::milliseconds(kTimeout)}) {
    ServerSocket server = loopbackServer();
    server.setSoTimeout(timeout);
    EXPECT_TRUE(holdsInChild([&] {
      BlockedThread accepting([&] { server.accept(); });
      accepting.waitUntilAsleep();
      server.close();
      return thrownBy<SocketException>([&] { accepting.join(); }).code() == std::errc::operation_canceled;
    }));
    BlockedThread accepting([&] { server.accept(); });
    Socket client("127.0.0.1", server.getLocalPort(), kTimeout);
    accepting.join();
  }
}

TEST(ForkTest, CloseInAChildEndsItsReadOfAConnectionOfTheParent) {
  Pair pair = connectedPair();
  EXPECT_TRUE(holdsInChild([&] {
    BlockedThread reading([&] { pair.client.getInputStream().read(); });
    reading.waitUntilAsleep();
    pair.client.close();
    return thrownBy<SocketException>([&] { reading.join(); }).code() == std::errc::operation_canceled;
  }));
  pair.server.getOutputStream().write('x');
  EXPECT_EQ(pair.client.getInputStream().read(), 'x');
}

TEST(ForkTest, CloseInAChildEndsItsReceiveOnASocketOfTheParent) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  DatagramPacket packet(10);
  EXPECT_TRUE(holdsInChild([&] {
    BlockedThread receiving([&] { socket.receive(packet); });
    receiving.waitUntilAsleep();
    socket.close();
    return thrownBy<SocketException>([&] { receiving.join(); }).code() == std::errc::operation_canceled;
  }));
  DatagramSocket().send({"x", {InetAddress::getLoopbackAddress(), socket.getLocalPort()}});
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "x");
}

TEST(ForkTest, CloseInAChildFreesADescriptorThatAThreadOfTheParentReads) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  EXPECT_TRUE(holdsInChild([&] {
    const int descriptor = static_cast<int>(pair.client.nativeHandle());
    pair.client.close();
    return ::fcntl(descriptor, F_GETFD) < 0;
  }));
  pair.server.getOutputStream().write('x');
  reading.join();
}

// A server that forks for each connection closes its own copy, perhaps after the request has arrived.
TEST(ForkTest, AChildServesAConnectionThatTheParentHasClosed) {
  ServerSocket server = loopbackServer();
  Socket client("127.0.0.1", server.getLocalPort(), kTimeout);
  PrintWriter(client.getOutputStream(), true).println("request");
  Socket accepted = server.accept();
  ASSERT_TRUE(eventually([&] { return accepted.getInputStream().available() != 0; }));
  Gate go;
  ForkedChild child([&] {
    go.pass();
    echoOneLine(accepted);
    return 0;
  });
  accepted.close();
  go.open();
  client.setSoTimeout(kTimeout);
  EXPECT_EQ(BufferedReader(client.getInputStream()).readLine(), "request");
  EXPECT_EQ(child.exitCode(), 0);
}

TEST(ForkTest, AChildMayReadWhereAThreadOfTheParentReads) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  EXPECT_TRUE(holdsInChild([&] {
    pair.client.setSoTimeout(20ms);
    thrownBy<SocketTimeoutException>([&] { pair.client.getInputStream().read(); });
    return true;
  }));
  pair.server.getOutputStream().write('x');
  reading.join();
}

// The turn to read is held by a thread that does not exist in the child.
TEST(ForkTest, AChildMayReadOnceAThreadOfTheParentHasRead) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { EXPECT_EQ(pair.client.getInputStream().read(), -1); });
  reading.waitUntilAsleep();
  Gate go;
  ForkedChild child([&] {
    pair.server.close();
    go.pass();
    return pair.client.getInputStream().read() == -1 ? 0 : 1;
  });
  pair.server.close();
  reading.join();
  go.open();
  EXPECT_EQ(child.exitCode(), 0);
}

// A thread that waits for buffer space holds the writer's lock.
TEST(ForkTest, AChildMayUseAWriterWhereAThreadOfTheParentPrints) {
  Pair pair = connectedPair();
  PrintWriter out(pair.client.getOutputStream());
  BlockedThread printing([&] { out.print(std::string(64 * 1024 * 1024, 'x')); });
  printing.waitUntilAsleep();
  EXPECT_TRUE(holdsInChild([&] {
    out.error();  // takes the lock
    return true;
  }));
  pair.client.close();
  printing.join();
}

// ---- fork in a handler ----------------------------------------------------------------------------------------------

TEST(ForkInAHandler, LetsTheChildAnswer) {
  TcpServer server(loopbackServer(), [](Socket& socket) {
    EXPECT_EQ(exitCodeOf([&] {
                echoOneLine(socket);
                return 0;
              }),
              0);
  });
  server.start();
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
  EXPECT_EQ(answerTo("again", server.getLocalPort()), "again");
}

TEST(ForkInAHandler, LeavesTheConnectionToTheParent) {
  TcpServer server(loopbackServer(), [](Socket& socket) {
    EXPECT_TRUE(holdsInChild([&] {
      socket.close();
      return true;
    }));
    echoOneLine(socket);
  });
  server.start();
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
}

// Stopping closes all connections except that of the thread that stops.
TEST(ForkInAHandler, LetsTheChildStopItsCopyOfTheServer) {
  TcpServer* running = nullptr;
  TcpServer server(loopbackServer(), [&running](Socket& socket) {
    EXPECT_TRUE(holdsInChild([&] {
      running->stop(kTimeout);
      echoOneLine(socket);
      return running->connectionCount() == 1;
    }));
  });
  running = &server;
  server.start();
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
  EXPECT_EQ(answerTo("again", server.getLocalPort()), "again");
}

// The parent's thread that waits in stop() must not count in the child.
TEST(ForkInAHandler, LetsTheChildStopItsCopyWhileAnotherHandlerStopsTheServer) {
  TcpServer* running = nullptr;
  TcpServer server(loopbackServer(), [&running](Socket& socket) {
    const auto command = BufferedReader(socket.getInputStream()).readLine();
    if (command == "stop") return running->stop(kTimeout);
    if (command != "fork") return;  // a connection of refusesConnections(), accepted before the stop
    EXPECT_TRUE(eventually([&] { return refusesConnections(running->getLocalPort()); }));
    running->connectionCount();  // takes the lock, which stop() holds until it waits
    EXPECT_TRUE(holdsInChild([&] {
      running->stop(kTimeout);
      return running->connectionCount() == 1;
    }));
  });
  running = &server;
  server.start();
  Socket forks("127.0.0.1", server.getLocalPort(), kTimeout);
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  Socket stops("127.0.0.1", server.getLocalPort(), kTimeout);
  PrintWriter(stops.getOutputStream(), true).println("stop");
  PrintWriter(forks.getOutputStream(), true).println("fork");
  for (Socket* socket : {&forks, &stops}) {
    socket->setSoTimeout(2 * kTimeout);
    EXPECT_EQ(socket->getInputStream().read(), -1);
  }
}

// The child's only thread ends after the handler, and the program ends with it.
TEST(ForkInAHandler, LetsTheChildReturn) {
#ifdef NETLITE_TEST_THREAD_SANITIZER
  GTEST_SKIP() << "glibc calls exit() in a process's last thread, which ThreadSanitizer has already forgotten";
#endif
  TcpServer server(loopbackServer(), [](Socket& socket) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      std::atexit([] { ::_exit(7); });
      return;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    echoOneLine(socket);
  });
  server.start();
  EXPECT_EQ(answerTo("hello", server.getLocalPort()), "hello");
}

// ---- threads --------------------------------------------------------------------------------------------------------

// A thread that waits until the test has ended.
class WaitingThread {
 public:
  ~WaitingThread() {
    end_.release();
    thread_.join();
  }

  const Thread& operator*() const { return thread_; }

 private:
  Semaphore end_{0};
  const Thread thread_ = Thread::ofPlatform().start([this] { end_.acquire(); });
};

TEST(ForkedThreadTest, AThreadOfTheParentIsNotAliveInTheChild) {
  const WaitingThread waiting;
  EXPECT_TRUE(holdsInChild([&] {
    (*waiting).join();
    return !(*waiting).isAlive() && (*waiting).join(0ms);
  }));
  EXPECT_TRUE((*waiting).isAlive());
}

TEST(ForkedThreadTest, TheThreadThatForkedIsAliveInTheChild) {
  const Thread self = Thread::currentThread();
  EXPECT_TRUE(holdsInChild([&] { return self.isAlive() && Thread::currentThread().getId() == self.getId(); }));
  Thread::ofPlatform()
      .start([] { EXPECT_TRUE(holdsInChild([] { return Thread::currentThread().isAlive(); })); })
      .join();
}

TEST(ForkedThreadTest, AChildMayStartThreads) {
  if (!childrenOfThreadsMayStartThreads()) GTEST_SKIP() << "not supported by ThreadSanitizer and qemu-user";
  const WaitingThread waiting;
  EXPECT_TRUE(holdsInChild([] {
    bool hasRun = false;
    const Thread ours = Thread::ofPlatform().start([&] { hasRun = true; });
    ours.join();
    return hasRun;
  }));
}

TEST(ForkedThreadTest, AnExecutorInTheChildDoesNotWaitForTheParentsTasks) {
  ExecutorService executor = Executors::newVirtualThreadPerTaskExecutor();
  Semaphore end(0);
  const Future<void> future = executor.submit([&end] { end.acquire(); });
  EXPECT_TRUE(holdsInChild([&] {
    executor.close();
    return true;
  }));
  EXPECT_FALSE(future.isDone());
  end.release();
  executor.close();
  EXPECT_TRUE(future.isDone());
}

TEST(ForkedThreadTest, AMutexThatAThreadOfTheParentHoldsIsFreeInTheChild) {
  Mutex mutex;
  Semaphore held(0);
  Semaphore end(0);
  const Thread holder = Thread::ofPlatform().start([&] {
    const std::lock_guard<Mutex> lock(mutex);
    held.release();
    end.acquire();
  });
  held.acquire();
  EXPECT_TRUE(holdsInChild([&] { return mutex.try_lock(); }));
  EXPECT_FALSE(mutex.try_lock());
  end.release();
  holder.join();
}

// ---- daemons --------------------------------------------------------------------------------------------------------

// Acts like a daemon that inherits a server socket; the parent that created it has ended by then.
void serveAsDaemon(ServerSocket server, Gate& end) {
  constexpr unsigned kMaxSeconds = 20;
  ::alarm(kMaxSeconds);
  ::setsid();
  {
    Socket first = server.accept();
    echoOneLine(first);
  }
  TcpServer others(std::move(server), echoOneLine);
  others.start();
  end.pass();
  others.stop(kTimeout);
}

TEST(ForkTest, ADaemonKeepsServingAfterItsParentHasEnded) {
  Gate end;
  int port[2];
  ASSERT_EQ(::pipe(port), 0);
  EXPECT_EQ(exitCodeOf([&] {
              ServerSocket server = loopbackServer();
              const int number = server.getLocalPort();
              if (::write(port[1], &number, sizeof number) != sizeof number) return 1;
              if (::fork() != 0) return 0;
              serveAsDaemon(std::move(server), end);
              return 0;
            }),
            0);
  int number = 0;
  ASSERT_EQ(::read(port[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
  for (const char* line : {"first", "second", "third"}) EXPECT_EQ(answerTo(line, number), line);
  end.open();
  EXPECT_TRUE(eventually([&] { return refusesConnections(number); }));
  ::close(port[0]);
  ::close(port[1]);
}

}  // namespace
