// SPDX-License-Identifier: MIT
//
// Threads that end by pthread_exit or pthread_cancel inside the library: glibc unwinds their stacks. The program goes
// on, nothing stays locked or open, and other threads can use and close the same objects.
#include "support/blocked_thread.hpp"
#include "support/descriptors.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"
#include "support/running_threads.hpp"

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

// Whether the input of a socket has ended, in order or by a reset.
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

// Every test leaves as many descriptors and threads as there were before.
class NothingLeft {
 public:
  ~NothingLeft() {
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

  NothingLeft nothing_left_;
};

// The thread is unwound out of a system call that it is in.
class InterruptedCallTest : public UnwindingTest {
 protected:
  void SetUp() override {
    UnwindingTest::SetUp();
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer takes a thread that is unwound out of a system call to be in there still";
#endif
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer takes the stack that such a thread has left to be in use still";
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

// Whether a client is reset, which may overtake its connect.
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
  // Echoes lines. One that says "end" ends the thread, one that says "throw" ends the handler by an exception.
  static void serve(Socket& socket) {
    BufferedReader in(socket.getInputStream());
    PrintWriter out(socket.getOutputStream(), true);
    for (const std::string& line : in.lines()) {
      if (line == "end") endThread(GetParam());
      if (line == "throw") throw std::runtime_error("on demand");
      out.println(line);
    }
  }

  // Lets a client say this, which ends its connection. Another client, and new ones, are served.
  static void expectToEndAlone(const std::string& line, TcpServer::Options options) {
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

TEST_P(ServerThreadTest, EndsItsClientAloneInAHandler) { expectToEndAlone("end", {}); }

TEST_P(ServerThreadTest, EndsItsClientAloneInOnError) {
  TcpServer::Options options;
  options.onError = [](std::exception_ptr) { endThread(GetParam()); };
  expectToEndAlone("throw", options);
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

TEST_P(ServerThreadTest, SendsWhatItsWriterHolds) {
  TcpServer server(loopbackServer(), [](Socket& socket) {
    PrintWriter out(socket.getOutputStream());
    out.println("last words");
    endThread(GetParam());
  });
  server.start();
  Client client(server);
  EXPECT_EQ(client.ask(""), "last words");
  EXPECT_EQ(client.ask(""), "(end)");
}

TEST_P(ServerThreadTest, MayHaveDestroyedItsServer) {
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

// The accept thread is the one that ends: nothing more is accepted.
class AcceptThreadTest : public ServerThreadTest {
 protected:
  // Ends the accept thread at the second client, by the filter or by what it throws.
  static void expectToStop(const std::function<void()>& refuse, TcpServer::Options options) {
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
  expectToStop([] { endThread(GetParam()); }, {});
}

TEST_P(AcceptThreadTest, MayEndInOnError) {
  TcpServer::Options options;
  options.onError = [](std::exception_ptr) { endThread(GetParam()); };
  expectToStop([] { throw std::runtime_error("on demand"); }, options);
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

// What a test has to know of a handler's thread in order to cancel it.
struct Handler {
  pthread_t thread;
  std::string task;
};

class CancelledHandlerTest : public InterruptedCallTest {};

TEST_F(CancelledHandlerTest, EndsItsClientAloneInARead) {
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

// The thread is cancelled so late that it meets the cancellation in what follows the handler.
TEST_F(CancelledHandlerTest, EndsItsClientAloneAfterTheHandler) {
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

// Cancels a thread that waits, and expects that it ends.
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

TEST_P(CancelledCallTest, ARead) {
  Pair pair = pairWithTimeouts();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  cancel(reading);
  expectToReadAndClose(pair);
}

TEST_P(CancelledCallTest, AReadThatAnotherOneWaitsFor) {
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

// Waiting for a lock is no cancellation point: the thread ends when it has its turn.
TEST_P(CancelledCallTest, AReadThatWaitsForItsTurn) {
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

TEST_P(CancelledCallTest, AReadThatWaitsForItsTurnEndsWithClose) {
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

// What the client sends until it is closed has to end with `last`.
void expectToReceiveLast(const std::string& last, Pair& pair, const std::function<void()>& send) {
  std::string received;
  BlockedThread reading([&] { received = pair.server.getInputStream().readAllBytes(); });
  send();
  pair.client.close();
  reading.join();
  ASSERT_GT(received.size(), last.size());
  EXPECT_EQ(received.substr(received.size() - last.size()), last);
}

TEST_P(CancelledCallTest, AWrite) {
  Pair pair = pairWithTimeouts();
  BlockedThread writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  cancel(writing);
  expectToReceiveLast("end", pair, [&] { pair.client.getOutputStream().write("end"); });
}

TEST_P(CancelledCallTest, AWriteThatAnotherOneWaitsFor) {
  Pair pair = pairWithTimeouts();
  BlockedThread writing([&] { pair.client.getOutputStream().write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  BlockedThread waiting([&] { pair.client.getOutputStream().write("end"); });
  waiting.waitUntilAsleep();
  cancel(writing);
  expectToReceiveLast("end", pair, [&] { waiting.join(); });
}

TEST_P(CancelledCallTest, AConnect) {
  const FullListener full;
  const ServerSocket server = loopbackServer();
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address(), GetParam()); });
  cancel(connecting);
  socket.connect(server.getLocalSocketAddress());
  EXPECT_EQ(socket.getPort(), server.getLocalPort());
}

TEST_P(CancelledCallTest, AConnectOfABoundSocket) {
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

TEST_P(CancelledCallTest, AConnectOfASocketThatIsClosedThen) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address(), GetParam()); });
  cancel(connecting);
  socket.close();
  EXPECT_THROW(socket.connect(full.address()), SocketException);
}

TEST_P(CancelledCallTest, AnAccept) {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(GetParam());
  BlockedThread accepting([&] { server.accept(); });
  cancel(accepting);
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  EXPECT_EQ(server.accept().getPort(), client.getLocalPort());
  server.close();
}

TEST_P(CancelledCallTest, AReceive) {
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

TEST_P(CancelledCallTest, AReadLineKeepsWhatHasArrived) {
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

// The reader waits separately before it frees its memory.
TEST_P(CancelledCallTest, AReadLineAfterALongLine) {
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

TEST_P(CancelledCallTest, AReaderOfTheThreadItself) {
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
    return std::is_same_v<Writer, PrintWriter> ? "PrintWriter" : "BufferedWriter";
  }
};

using Writers = testing::Types<PrintWriter, BufferedWriter>;
TYPED_TEST_SUITE(CancelledWriterTest, Writers, WriterNames);

// How much of the text has gone out is unknown, so that it must not be sent again.
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

TYPED_TEST(CancelledWriterTest, IsFreeForAThreadThatWaitsForIt) {
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

// Its destructor must not wait for a peer for which the thread has been waiting.
TYPED_TEST(CancelledWriterTest, DoesNotHoldUpItsThread) {
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
  // Runs `close` in a thread that is cancelled already. It is to do its work before the thread ends.
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

  // A pair whose client has unread input, which is to be drained.
  static Pair pairWithUnreadInput() {
    Pair pair = connectedPair();
    pair.server.getOutputStream().write("unread");
    EXPECT_TRUE(eventually([&] { return pair.client.getInputStream().available() == 6; }));
    return pair;
  }
};

TEST_F(CancelledCloseTest, ASocketsWithUnreadInput) {
  Pair pair = pairWithUnreadInput();
  expectToComplete([&] { pair.client.close(); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST_F(CancelledCloseTest, TheDestructorOfASocketWithUnreadInput) {
  Pair pair = pairWithUnreadInput();
  expectToComplete([&] { const Socket ended(std::move(pair.client)); });
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
}

TEST_F(CancelledCloseTest, OneThatWakesAReader) {
  Pair pair = connectedPair();
  BlockedThread reading([&] { pair.client.getInputStream().read(); });
  reading.waitUntilAsleep();
  expectToComplete([&] { pair.client.close(); });
  EXPECT_THROW(reading.join(), SocketException);
}

TEST_F(CancelledCloseTest, OneThatWakesAConnect) {
  const FullListener full;
  Socket socket;
  BlockedThread connecting([&] { socket.connect(full.address()); });
  connecting.waitUntilAsleep();
  expectToComplete([&] { socket.close(); });
  EXPECT_THROW(connecting.join(), SocketException);
}

TEST_F(CancelledCloseTest, AServerSockets) {
  ServerSocket server = loopbackServer();
  BlockedThread accepting([&] { server.accept(); });
  accepting.waitUntilAsleep();
  expectToComplete([&] { server.close(); });
  EXPECT_THROW(accepting.join(), SocketException);
}

TEST_F(CancelledCloseTest, ADatagramSockets) {
  DatagramSocket socket(0, InetAddress::getLoopbackAddress());
  BlockedThread receiving([&] {
    DatagramPacket packet(10);
    socket.receive(packet);
  });
  receiving.waitUntilAsleep();
  expectToComplete([&] { socket.close(); });
  EXPECT_THROW(receiving.join(), SocketException);
}

TEST_F(CancelledCloseTest, TheDestructorOfAWriter) {
  Pair pair = connectedPair();
  expectToComplete([&] { PrintWriter(pair.client.getOutputStream()).print("text"); });
  EXPECT_EQ(receive(pair.server, 4), "text");
}

TEST_F(CancelledCloseTest, AServersStop) {
  TcpServer server(loopbackServer(), [](Socket& socket) { socket.getInputStream().read(); });
  server.start();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  ASSERT_TRUE(eventually([&] { return server.connectionCount() == 1; }));
  expectToComplete([&] { server.stop(0ms); });
  EXPECT_TRUE(hasEnded(client));
}

// The descriptor would be lost if the thread ended inside the system's close.
TEST_F(CancelledCloseTest, OneThatLingers) {
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
