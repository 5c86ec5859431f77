// SPDX-License-Identifier: MIT
//
// Threads that end by pthread_exit or pthread_cancel inside the library: glibc unwinds their stacks. The program keeps
// running, nothing stays locked or open, and other threads can use and close the same objects.
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/running_threads.hpp"
#include "support/sanitizers.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr auto kPatience = 10s;  // far more than anything here takes

const std::string& moreThanAnyBufferHolds() {
  static const std::string bytes(std::size_t{16} << 20, 'x');
  return bytes;
}

// Whether the socket's input ends, cleanly or by a reset.
bool hasEnded(Socket& socket) {
  socket.setSoTimeout(kPatience);
  try {
    return socket.getInputStream().read() == -1;
  } catch (const SocketTimeoutException&) {
    return false;
  } catch (const SocketException&) {
    return true;
  }
}

// Expects that the test leaves no descriptor open and no thread running.
class LeakCheck {
 public:
  ~LeakCheck() {
    EXPECT_TRUE(descriptorsReturnTo(descriptors_));
    EXPECT_TRUE(threadsFallTo(threads_));
  }

 private:
  const std::size_t threads_ = baselineThreads();
  const std::set<std::intptr_t> descriptors_ = openDescriptors();
};

class UnwindingTest : public testing::Test {
 protected:
  void SetUp() override {
#ifndef __GLIBC__
    GTEST_SKIP() << "only glibc unwinds the stack of a thread that ends itself or is cancelled";
#endif
  }

  LeakCheck leak_check_;
};

// For threads that are unwound out of a system call.
class InterruptedCallTest : public UnwindingTest {
 protected:
  void SetUp() override {
    UnwindingTest::SetUp();
#ifdef NETLITE_TEST_THREAD_SANITIZER
    GTEST_SKIP() << "ThreadSanitizer assumes that a thread unwound out of a system call is still in that call";
#endif
#ifdef NETLITE_TEST_ADDRESS_SANITIZER
    GTEST_SKIP() << "AddressSanitizer assumes that the stack that such a thread has left is still in use";
#endif
  }
};

// ---- threads of a server --------------------------------------------------------------------------------------------

enum class Way { exit, cancel };

void endThread(Way way) {
  if (way == Way::exit) ::pthread_exit(nullptr);
  ::pthread_cancel(::pthread_self());
  ::pthread_testcancel();
}

class Client {
 public:
  explicit Client(const TcpServer& server) : socket_(InetAddress::getLoopbackAddress(), server.getLocalPort()) {
    socket_.setSoTimeout(kPatience);
  }

  std::string ask(const std::string& line) {
    out_.println(line);
    try {
      return in_.readLine().value_or("(end)");
    } catch (const SocketException&) {
      return "(reset)";
    }
  }

  Socket& socket() { return socket_; }

 private:
  Socket socket_;
  BufferedReader in_{socket_.getInputStream()};
  PrintWriter out_{socket_.getOutputStream(), true};
};

// Whether a new client is reset. The reset may arrive before its connect returns.
bool isRefused(const TcpServer& server) {
  try {
    Socket socket(InetAddress::getLoopbackAddress(), server.getLocalPort());
    return hasEnded(socket);
  } catch (const SocketException&) {
    return true;
  }
}

class ServerThreadTest : public UnwindingTest, public testing::WithParamInterface<Way> {
 protected:
  // Echoes lines. The line "end" ends the thread; "throw" makes the handler throw.
  static void serve(Socket& socket) {
    BufferedReader in(socket.getInputStream());
    PrintWriter out(socket.getOutputStream(), true);
    for (const std::string& line : in.lines()) {
      if (line == "end") endThread(GetParam());
      if (line == "throw") throw std::runtime_error("on demand");
      out.println(line);
    }
  }

  // Sends `line`, which has to end that client's connection. Another client, and a new one, are still served.
  static void expectToEndOneClient(const std::string& line, TcpServer::Options options) {
    TcpServer server(loopbackServer(), serve, std::move(options));
    server.start();
    Client other(server);
    EXPECT_EQ(other.ask("first"), "first");
    Client client(server);
    EXPECT_EQ(client.ask(line), "(end)");
    EXPECT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
    EXPECT_EQ(other.ask("still there"), "still there");
    EXPECT_EQ(Client(server).ask("new"), "new");
    server.stop(0ms);
    EXPECT_EQ(server.connectionCount(), 0U);
  }
};

std::string nameOf(const testing::TestParamInfo<Way>& way) { return way.param == Way::exit ? "Exit" : "Cancel"; }

INSTANTIATE_TEST_SUITE_P(, ServerThreadTest, testing::Values(Way::exit, Way::cancel), nameOf);

TEST_P(ServerThreadTest, EndingInAHandlerEndsOnlyItsClient) { expectToEndOneClient("end", {}); }

TEST_P(ServerThreadTest, EndingInOnErrorEndsOnlyItsClient) {
  TcpServer::Options options;
  options.onError = [](std::exception_ptr) { endThread(GetParam()); };
  expectToEndOneClient("throw", options);
}

TEST_P(ServerThreadTest, MakesRoomForTheNextClient) {
  TcpServer::Options options;
  options.maxConnections = 1;
  TcpServer server(loopbackServer(), serve, options);
  server.start();
  Client client(server);
  EXPECT_EQ(client.ask("first"), "first");
  Client next(server);
  EXPECT_EQ(client.ask("end"), "(end)");
  EXPECT_EQ(next.ask("next"), "next");
}

TEST_P(ServerThreadTest, SendsTheTextOfItsWriter) {
  TcpServer server(loopbackServer(), [](Socket& socket) {
    BufferedReader in(socket.getInputStream());
    PrintWriter out(socket.getOutputStream());
    in.readLine();  // otherwise the close might find it unread, and reset the connection
    out.println("last words");
    endThread(GetParam());
  });
  server.start();
  Client client(server);
  EXPECT_EQ(client.ask(""), "last words");
  EXPECT_TRUE(hasEnded(client.socket()));
}

TEST_P(ServerThreadTest, MayEndAfterDestroyingItsServer) {
  std::unique_ptr<TcpServer> server;
  std::promise<void> connected;
  std::promise<void> destroyed;
  server = std::make_unique<TcpServer>(loopbackServer(), [&, way = GetParam()](Socket&) {
    connected.get_future().wait();
    server.reset();
    destroyed.set_value();
    endThread(way);
  });
  server->start();
  Client client(*server);
  connected.set_value();
  destroyed.get_future().wait();
  EXPECT_TRUE(hasEnded(client.socket()));
}

// The accept thread ends, so nothing more is accepted.
class AcceptThreadTest : public ServerThreadTest {
 protected:
  // Ends the accept thread at the second client, by a call of `refuse` in the accept filter.
  static void expectToStopAccepting(const std::function<void()>& refuse, TcpServer::Options options) {
    int clients = 0;
    options.acceptFilter = [&](const InetSocketAddress&) {
      if (++clients > 1) refuse();
      return true;
    };
    TcpServer server(loopbackServer(), serve, options);
    std::promise<void> started;
    BlockedThread running([&] {
      server.start();
      started.set_value();
      server.run();
    });
    started.get_future().wait();
    Client other(server);
    EXPECT_EQ(other.ask("first"), "first");
    EXPECT_TRUE(isRefused(server));
    EXPECT_EQ(other.ask("still there"), "still there");
    server.stop(0ms);
    running.join();
    EXPECT_EQ(server.connectionCount(), 0U);
  }
};

INSTANTIATE_TEST_SUITE_P(, AcceptThreadTest, testing::Values(Way::exit, Way::cancel), nameOf);

TEST_P(AcceptThreadTest, MayEndInTheFilter) {
  expectToStopAccepting([] { endThread(GetParam()); }, {});
}

TEST_P(AcceptThreadTest, MayEndInOnError) {
  TcpServer::Options options;
  options.onError = [](std::exception_ptr) { endThread(GetParam()); };
  expectToStopAccepting([] { throw std::runtime_error("on demand"); }, options);
}

class AcceptFilterTest : public ServerThreadTest {};

INSTANTIATE_TEST_SUITE_P(, AcceptFilterTest, testing::Values(Way::exit, Way::cancel), nameOf);

TEST_P(AcceptFilterTest, MayEndTheThreadThatAccepts) {
  ServerSocket server = loopbackServer();
  server.setAcceptFilter([](const InetSocketAddress&) {
    endThread(GetParam());
    return true;
  });
  Socket refused(InetAddress::getLoopbackAddress(), server.getLocalPort());
  BlockedThread accepting([&] { server.accept(); });
  accepting.join();
  EXPECT_TRUE(accepting.wasUnwound());
  EXPECT_TRUE(hasEnded(refused));
  server.setAcceptFilter(nullptr);
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_EQ(server.accept().getPort(), client.getLocalPort());
}

// What a test needs to cancel a handler's thread.
struct Handler {
  pthread_t thread;
  std::string task;
};

class CancelledHandlerTest : public InterruptedCallTest {};

TEST_F(CancelledHandlerTest, EndsOnlyItsClientInARead) {
  std::promise<Handler> promise;
  TcpServer server(loopbackServer(), [&](Socket& socket) {
    BufferedReader in(socket.getInputStream());
    PrintWriter out(socket.getOutputStream(), true);
    for (const std::string& line : in.lines()) {
      if (line == "cancel me") promise.set_value({::pthread_self(), currentTask()});
      out.println(line);
    }
  });
  server.start();
  Client other(server);
  EXPECT_EQ(other.ask("first"), "first");
  Client client(server);
  EXPECT_EQ(client.ask("cancel me"), "cancel me");
  const Handler handler = promise.get_future().get();
  awaitSleep(handler.task, [] { return false; });
  ASSERT_EQ(::pthread_cancel(handler.thread), 0);
  EXPECT_TRUE(hasEnded(client.socket()));
  EXPECT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  EXPECT_EQ(other.ask("still there"), "still there");
  EXPECT_EQ(Client(server).ask("new"), "new");
  server.stop(0ms);
}

// The cancellation is still pending when the handler returns, and takes effect in the code that follows.
TEST_F(CancelledHandlerTest, EndsOnlyItsClientAfterTheHandler) {
  TcpServer server(loopbackServer(), [](Socket& socket) {
    const int command = socket.getInputStream().read();
    if (command == 'e') socket.getOutputStream().write('e');
    if (command != 'e') ::pthread_cancel(::pthread_self());
  });
  server.start();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  client.getOutputStream().write("cancelled, with unread input");
  EXPECT_TRUE(hasEnded(client));
  Socket next(InetAddress::getLoopbackAddress(), server.getLocalPort());
  next.getOutputStream().write('e');
  EXPECT_EQ(next.getInputStream().read(), 'e');
  server.stop(0ms);
}

// ---- calls that wait ------------------------------------------------------------------------------------------------

// Cancels a thread while it waits, and expects that it is unwound.
void cancel(BlockedThread& thread) {
  thread.waitUntilAsleep();
  ASSERT_EQ(::pthread_cancel(thread.nativeHandle()), 0);
  thread.join();
  EXPECT_TRUE(thread.wasUnwound());
}

class CancelledCallTest : public InterruptedCallTest, public testing::WithParamInterface<std::chrono::milliseconds> {
 protected:
  static Pair pairWithTimeouts() {
    Pair pair = connectedPair();
    pair.client.setSoTimeout(GetParam());
    pair.client.setWriteTimeout(GetParam());
    return pair;
  }

  static void expectToReadAndClose(Pair& pair) {
    pair.server.getOutputStream().write('x');
    EXPECT_EQ(pair.client.getInputStream().read(), 'x');
    pair.client.close();
    EXPECT_EQ(pair.server.getInputStream().read(), -1);
  }
};

INSTANTIATE_TEST_SUITE_P(, CancelledCallTest, testing::Values(0ms, 1h),
                         [](const auto& timeout) { return timeout.param == 0ms ? "WithoutTimeout" : "WithTimeout"; });

TEST_P(CancelledCallTest, AReadLeavesTheSocketUsable) {
  Pair pair = pairWithTimeouts();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  cancel(reading);
  expectToReadAndClose(pair);
}

TEST_P(CancelledCallTest, AReadPassesItsTurnToTheNextReader) {
  Pair pair = pairWithTimeouts();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  int got = 0;
  BlockedThread waiting([&] { got = pair.client.getInputStream().read(); });
  waiting.waitUntilAsleep();
  cancel(reading);
  pair.server.getOutputStream().write('y');
  waiting.join();
  EXPECT_EQ(got, 'y');
  expectToReadAndClose(pair);
}

// Waiting for a lock is not a cancellation point: the thread ends once it has its turn.
TEST_P(CancelledCallTest, AReadThatWaitsForItsTurnEndsOnceItHasIt) {
  Pair pair = pairWithTimeouts();
  int got = 0;
  BlockedThread reading([&] { got = pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  BlockedThread waiting([&] { pair.client.getInputStream().read(); });
  waiting.waitUntilAsleep();
  ASSERT_EQ(::pthread_cancel(waiting.nativeHandle()), 0);
  pair.server.getOutputStream().write('y');
  reading.join();
  EXPECT_EQ(got, 'y');
  waiting.join();
  EXPECT_TRUE(waiting.wasUnwound());
  expectToReadAndClose(pair);
}

TEST_P(CancelledCallTest, AReadThatWaitsForItsTurnEndsAfterClose) {
  Pair pair = pairWithTimeouts();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  BlockedThread waiting([&] {
    try {
      pair.client.getInputStream().read();
    } catch (const SocketException&) {
    }
  });
  waiting.waitUntilAsleep();
  ASSERT_EQ(::pthread_cancel(waiting.nativeHandle()), 0);
  pair.client.close();
  EXPECT_THROW(reading.join(), SocketException);
  waiting.join();
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

// Expects that everything the client sends until it is closed ends with `last`.
void expectToReceiveLast(const std::string& last, Pair& pair, const std::function<void()>& send) {
  std::string received;
  BlockedThread reading([&] { received = pair.server.getInputStream().readAllBytes(); });
  send();
  pair.client.close();
  reading.join();
  ASSERT_GT(received.size(), last.size());
  EXPECT_EQ(received.substr(received.size() - last.size()), last);
}

TEST_P(CancelledCallTest, AWriteLeavesTheSocketUsable) {
  Pair pair = pairWithTimeouts();
  BlockedThread writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  cancel(writing);
  expectToReceiveLast("end", pair, [&] { pair.client.getOutputStream().write("end"); });
}

TEST_P(CancelledCallTest, AWritePassesItsTurnToTheNextWriter) {
  Pair pair = pairWithTimeouts();
  BlockedThread writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  BlockedThread waiting([&] { pair.client.getOutputStream().write("end"); });
  waiting.waitUntilAsleep();
  cancel(writing);
  expectToReceiveLast("end", pair, [&] { waiting.join(); });
}

TEST_P(CancelledCallTest, AConnectCanBeRetried) {
  const FullListener full;
  const ServerSocket server = loopbackServer();
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address(), GetParam()); });
  cancel(connecting);
  socket.connect(server.getLocalSocketAddress());
  EXPECT_EQ(socket.getPort(), server.getLocalPort());
}

TEST_P(CancelledCallTest, AConnectOfABoundSocketKeepsThePort) {
  const FullListener full;
  const ServerSocket server = loopbackServer();
  Socket socket;
  socket.bind({InetAddress::getLoopbackAddress(), 0});
  const int port = socket.getLocalPort();
  BlockedThread connecting([&] { socket.connect(full.address(), GetParam()); });
  cancel(connecting);
  EXPECT_EQ(socket.getLocalPort(), port);
  socket.connect(server.getLocalSocketAddress());
  EXPECT_EQ(socket.getLocalPort(), port);
}

TEST_P(CancelledCallTest, AConnectLeavesASocketThatCanBeClosed) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address(), GetParam()); });
  cancel(connecting);
  socket.close();
  EXPECT_THROW(socket.connect(full.address()), SocketException);
}

TEST_P(CancelledCallTest, AnAcceptLeavesTheListenerUsable) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(GetParam());
  BlockedThread accepting([&] { server.accept(); });
  cancel(accepting);
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_EQ(server.accept().getPort(), client.getLocalPort());
  server.close();
}

TEST_P(CancelledCallTest, AReceiveLeavesTheSocketUsable) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  socket.setSoTimeout(GetParam());
  DatagramPacket packet(10);
  BlockedThread receiving([&] { socket.receive(packet); });
  cancel(receiving);
  socket.send(DatagramPacket("x", socket.getLocalSocketAddress()));
  socket.receive(packet);
  EXPECT_EQ(packet.getData(), "x");
  socket.close();
}

// ---- readers and writers --------------------------------------------------------------------------------------------

TEST_P(CancelledCallTest, AReadLineKeepsInputThatHasArrived) {
  Pair pair = pairWithTimeouts();
  BufferedReader in(pair.client.getInputStream());
  pair.server.getOutputStream().write("one ");
  BlockedThread reading([&] { in.readLine(); });
  cancel(reading);
  pair.server.getOutputStream().write("line\n");
  EXPECT_EQ(in.readLine(), "one line");
  in.close();
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

// A long line has grown the buffer, so the reader waits once more before it frees that memory.
TEST_P(CancelledCallTest, AReadLineAfterALongLineLosesNoInput) {
  Pair pair = pairWithTimeouts();
  BufferedReader in(pair.client.getInputStream());
  const std::string line(5000, 'x');
  pair.server.getOutputStream().write(line + "\n");
  EXPECT_EQ(in.readLine(), line);
  BlockedThread reading([&] { in.readLine(); });
  cancel(reading);
  pair.server.getOutputStream().write("next\n");
  EXPECT_EQ(in.readLine(), "next");
}

TEST_P(CancelledCallTest, AReaderOnTheThreadsStackIsDestroyed) {
  Pair pair = pairWithTimeouts();
  BlockedThread reading([&] {
    BufferedReader in(pair.client.getInputStream());
    PrintWriter out(pair.client.getOutputStream());
    in.tie(out);
    out.println("question");
    in.readLine();
    out.println("never");
  });
  cancel(reading);
  EXPECT_EQ(receive(pair.server, 9), "question\n");
  expectToReadAndClose(pair);
}

template <typename Writer>
class CancelledWriterTest : public InterruptedCallTest {
 protected:
  Pair pair_ = connectedPair();
};

struct WriterNames {
  template <typename Writer>
  static std::string GetName(int) {
    if (std::is_same_v<Writer, BufferedOutputStream>) return "BufferedOutputStream";
    return std::is_same_v<Writer, PrintWriter> ? "PrintWriter" : "BufferedWriter";
  }
};

using Writers = testing::Types<PrintWriter, BufferedWriter, BufferedOutputStream>;
TYPED_TEST_SUITE(CancelledWriterTest, Writers, WriterNames);

// It is unknown how much of the text was sent, so none of it may be sent again.
TYPED_TEST(CancelledWriterTest, SendsNothingTwice) {
  Pair& pair = this->pair_;
  TypeParam out(pair.client.getOutputStream());
  BlockedThread writing([&] { out.write(moreThanAnyBufferHolds()); });
  cancel(writing);
  std::string received;
  BlockedThread reading([&] { received = pair.server.getInputStream().readAllBytes(); });
  out.write("end");
  out.close();
  reading.join();
  EXPECT_LT(received.size(), moreThanAnyBufferHolds().size());
}

TYPED_TEST(CancelledWriterTest, IsUnlockedForAThreadThatWaitsForIt) {
  Pair& pair = this->pair_;
  TypeParam out(pair.client.getOutputStream());
  BlockedThread writing([&] { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  BlockedThread waiting([&] { out.write("y"); });
  waiting.waitUntilAsleep();
  cancel(writing);
  waiting.join();
  pair.client.close();
}

// The thread was waiting for the peer; the destructor must not wait for it again.
TYPED_TEST(CancelledWriterTest, DestructorDoesNotWaitForThePeer) {
  Pair& pair = this->pair_;
  BlockedThread writing([&] {
    TypeParam out(pair.client.getOutputStream());
    out.write(moreThanAnyBufferHolds());
  });
  cancel(writing);
  pair.client.close();
}

// ---- close ----------------------------------------------------------------------------------------------------------

class CancelledCloseTest : public UnwindingTest {
 protected:
  // Runs `close` in a thread with a pending cancellation. It has to complete before the thread ends.
  static void expectToComplete(const std::function<void()>& close) {
    bool completed = false;
    BlockedThread closing([&] {
      ::pthread_cancel(::pthread_self());
      close();
      completed = true;
      ::pthread_testcancel();
    });
    closing.join();
    EXPECT_TRUE(completed);
    EXPECT_TRUE(closing.wasUnwound());
  }

  // A pair whose client has unread input, which close() drains.
  static Pair pairWithUnreadInput() {
    Pair pair = connectedPair();
    pair.server.getOutputStream().write("unread");
    EXPECT_TRUE(eventually([&] { return pair.client.getInputStream().available() == 6; }));
    return pair;
  }
};

TEST_F(CancelledCloseTest, OfASocketWithUnreadInputCompletes) {
  Pair pair = pairWithUnreadInput();
  expectToComplete([&] { pair.client.close(); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST_F(CancelledCloseTest, ByTheDestructorOfASocketWithUnreadInputCompletes) {
  Pair pair = pairWithUnreadInput();
  expectToComplete([&] { const Socket ended(std::move(pair.client)); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST_F(CancelledCloseTest, ThatWakesAReaderCompletes) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  expectToComplete([&] { pair.client.close(); });
  EXPECT_THROW(reading.join(), SocketException);
}

TEST_F(CancelledCloseTest, ThatWakesAConnectCompletes) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address()); });
  connecting.waitUntilAsleep();
  expectToComplete([&] { socket.close(); });
  EXPECT_THROW(connecting.join(), SocketException);
}

TEST_F(CancelledCloseTest, OfAServerSocketCompletes) {
  ServerSocket server = loopbackServer();
  BlockedThread accepting([&] { server.accept(); });
  accepting.waitUntilAsleep();
  expectToComplete([&] { server.close(); });
  EXPECT_THROW(accepting.join(), SocketException);
}

TEST_F(CancelledCloseTest, OfADatagramSocketCompletes) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  BlockedThread receiving([&] {
    DatagramPacket packet(10);
    socket.receive(packet);
  });
  receiving.waitUntilAsleep();
  expectToComplete([&] { socket.close(); });
  EXPECT_THROW(receiving.join(), SocketException);
}

TEST_F(CancelledCloseTest, ByTheDestructorOfAWriterCompletes) {
  Pair pair = connectedPair();
  expectToComplete([&] { PrintWriter(pair.client.getOutputStream()).print("text"); });
  EXPECT_EQ(receive(pair.server, 4), "text");
}

TEST_F(CancelledCloseTest, ByTheStopOfAServerCompletes) {
  TcpServer server(loopbackServer(), [](Socket& socket) { socket.getInputStream().read(); });
  server.start();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  expectToComplete([&] { server.stop(0ms); });
  EXPECT_TRUE(hasEnded(client));
}

// The descriptor would be lost if the thread ended inside the system's close.
TEST_F(CancelledCloseTest, ThatLingersCompletes) {
  Pair pair = connectedPair();
  pair.client.setSoLinger(true, 60);
  pair.client.setWriteTimeout(1ms);
  EXPECT_THROW(pair.client.getOutputStream().write(moreThanAnyBufferHolds()), SocketTimeoutException);
  bool completed = false;
  BlockedThread closing([&] {
    pair.client.close();
    completed = true;
    ::pthread_testcancel();
  });
  closing.waitUntilAsleep();
  ASSERT_EQ(::pthread_cancel(closing.nativeHandle()), 0);
  pair.server.getInputStream().readAllBytes();
  closing.join();
  EXPECT_TRUE(completed);
  EXPECT_TRUE(closing.wasUnwound());
}

}  // namespace
