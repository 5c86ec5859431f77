// SPDX-License-Identifier: MIT
//
// Closing while other threads wait: close() wakes each of them immediately with "Socket closed". The waits here have no
// timeout or one of an hour, so only the close can end them.
#include "support/blocked_thread.hpp"
#include "support/full_listener.hpp"
#include "support/loopback.hpp"

#include <netlite/netlite.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <system_error>
#include <thread>

namespace {

using namespace netlite;
using namespace netlite::test;
using namespace std::chrono_literals;

constexpr int kThreads = 4;

const std::string& moreThanAnyBufferHolds() {
  static const std::string bytes(std::size_t{64} << 20, 'x');
  return bytes;
}

// Far longer than waking a thread takes, far shorter than the timeouts here.
constexpr auto kWakeTime = 5s;

void expectToEndImmediately(BlockedThread& thread) {
  const auto end = std::chrono::steady_clock::now() + kWakeTime;
  while (!thread.hasEnded() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(thread.hasEnded()) << "the thread is still waiting";
  thread.join();
}

void expectSocketClosed(BlockedThread& thread, const std::string& operation) {
  const auto exception = thrownBy<SocketException>([&] { expectToEndImmediately(thread); });
  EXPECT_TRUE(exception.code() == std::errc::operation_canceled) << exception.code();
  EXPECT_NE(std::string(exception.what()).find("Socket closed"), std::string::npos) << exception.what();
  EXPECT_EQ(std::string(exception.what()).rfind(operation, 0), 0U) << exception.what();
}

// ---- every way to close, with and without a timeout -----------------------------------------------------------------

enum class By { close, destructor };

struct Way {
  By by;
  std::chrono::milliseconds timeout;
};

std::ostream& operator<<(std::ostream& out, const Way& way) {
  return out << (way.by == By::close ? "Close" : "Destructor") << (way.timeout == 0ms ? "" : "WithTimeout");
}

class AsyncCloseTest : public testing::TestWithParam<Way> {
 protected:
  template <typename AnySocket>
  static void end(std::unique_ptr<AnySocket>& socket) {
    // The lock in isBound() orders the waiting thread's first access to the object before its destruction.
    EXPECT_TRUE(socket->isBound());
    if (GetParam().by == By::close) return socket->close();
    socket.reset();
  }

  static std::unique_ptr<Socket> connectedTo(Socket& peer) {
    Pair pair = connectedPair();
    peer = std::move(pair.server);
    pair.client.setSoTimeout(GetParam().timeout);
    pair.client.setWriteTimeout(GetParam().timeout);
    return std::make_unique<Socket>(std::move(pair.client));
  }

  static std::unique_ptr<ServerSocket> listening() {
    auto server = std::make_unique<ServerSocket>(loopbackServer());
    server->setSoTimeout(GetParam().timeout);
    return server;
  }
};

INSTANTIATE_TEST_SUITE_P(, AsyncCloseTest,
                         testing::Values(Way{By::close, 0ms}, Way{By::close, 1h}, Way{By::destructor, 0ms},
                                         Way{By::destructor, 1h}),
                         testing::PrintToStringParamName());

TEST_P(AsyncCloseTest, WakesAnAccept) {
  std::unique_ptr<ServerSocket> server = listening();
  BlockedThread accepting([&waiting = *server] { waiting.accept(); });
  accepting.waitUntilAsleep();
  end(server);
  expectSocketClosed(accepting, "accept on localhost/127.0.0.1:");
}

TEST_P(AsyncCloseTest, WakesTheAcceptsOfSeveralThreads) {
  std::unique_ptr<ServerSocket> server = listening();
  std::deque<BlockedThread> accepting;
  for (int i = 0; i < kThreads; ++i) accepting.emplace_back([&waiting = *server] { waiting.accept(); });
  for (BlockedThread& thread : accepting) thread.waitUntilAsleep();
  end(server);
  for (BlockedThread& thread : accepting) expectSocketClosed(thread, "accept on localhost/127.0.0.1:");
}

TEST_P(AsyncCloseTest, WakesARead) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  BlockedThread reading([in = socket->getInputStream()]() mutable { in.read(); });
  reading.waitUntilAsleep();
  end(socket);
  expectSocketClosed(reading, "read from " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAReadThatWaitsForItsTurn) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  std::deque<BlockedThread> reading;
  for (int i = 0; i < kThreads; ++i) reading.emplace_back([in = socket->getInputStream()]() mutable { in.read(); });
  for (BlockedThread& thread : reading) thread.waitUntilAsleep();
  end(socket);
  for (BlockedThread& thread : reading) expectSocketClosed(thread, "read from " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAReadLine) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  BlockedThread reading([in = socket->getInputStream()] { BufferedReader(in).readLine(); });
  reading.waitUntilAsleep();
  end(socket);
  expectSocketClosed(reading, "read from " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAReadLineInTheMiddleOfALine) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  peer.getOutputStream().write("half a li");
  BlockedThread reading([in = socket->getInputStream()] { BufferedReader(in).readLine(); });
  reading.waitUntilAsleep();
  end(socket);
  expectSocketClosed(reading, "read from " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAWrite) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  BlockedThread writing([out = socket->getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  end(socket);
  expectSocketClosed(writing, "write to " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAWriteThatWaitsForItsTurn) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  BlockedThread writing([out = socket->getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  BlockedThread waiting([out = socket->getOutputStream()]() mutable { out.write('y'); });
  waiting.waitUntilAsleep();
  end(socket);
  expectSocketClosed(writing, "write to " + peerPrefix());
  expectSocketClosed(waiting, "write to " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAReadAndAWriteTogether) {
  Socket peer;
  std::unique_ptr<Socket> socket = connectedTo(peer);
  BlockedThread reading([in = socket->getInputStream()]() mutable { in.read(); });
  BlockedThread writing([out = socket->getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  reading.waitUntilAsleep();
  writing.waitUntilAsleep();
  end(socket);
  expectSocketClosed(reading, "read from " + peerPrefix());
  expectSocketClosed(writing, "write to " + peerPrefix());
}

TEST_P(AsyncCloseTest, WakesAConnect) {
  const FullListener queue;
  auto socket = std::make_unique<Socket>();
  BlockedThread connecting([&] { socket.get()->connect(queue.address(), GetParam().timeout); });
  connecting.waitUntilAsleep();
  EXPECT_FALSE(socket->isConnected());  // orders the connecting thread's first access before this, as in end()
  if (GetParam().by == By::close) {
    socket->close();
  } else {
    socket.reset();
  }
  expectSocketClosed(connecting, "connect to localhost/127.0.0.1:");
}

TEST_P(AsyncCloseTest, WakesAConnectOfABoundSocket) {
  const FullListener queue;
  auto socket = std::make_unique<Socket>();
  socket->bind({InetAddress::getLoopbackAddress(), 0});
  BlockedThread connecting([&waiting = *socket, &queue] { waiting.connect(queue.address(), GetParam().timeout); });
  connecting.waitUntilAsleep();
  end(socket);
  expectSocketClosed(connecting, "connect to localhost/127.0.0.1:");
}

// ---- closing through streams, readers and writers -------------------------------------------------------------------

class ClosedThroughAStreamTest : public testing::Test {
 protected:
  Pair pair_ = connectedPair();
  SocketInputStream in_ = pair_.client.getInputStream();
  SocketOutputStream out_ = pair_.client.getOutputStream();
  BlockedThread reading_{[in = in_]() mutable { in.read(); }};
};

TEST_F(ClosedThroughAStreamTest, ClosingTheInputStreamWakesARead) {
  reading_.waitUntilAsleep();
  in_.close();
  expectSocketClosed(reading_, "read from ");
  EXPECT_TRUE(pair_.client.isClosed());
}

TEST_F(ClosedThroughAStreamTest, ClosingTheOutputStreamWakesARead) {
  reading_.waitUntilAsleep();
  out_.close();
  expectSocketClosed(reading_, "read from ");
  EXPECT_TRUE(pair_.client.isClosed());
}

TEST_F(ClosedThroughAStreamTest, ClosingAPrintWriterWakesARead) {
  PrintWriter writer(out_);
  reading_.waitUntilAsleep();
  writer.close();
  expectSocketClosed(reading_, "read from ");
}

TEST_F(ClosedThroughAStreamTest, ClosingABufferedWriterWakesARead) {
  BufferedWriter writer(out_);
  reading_.waitUntilAsleep();
  writer.close();
  expectSocketClosed(reading_, "read from ");
}

TEST(ClosedReaderTest, ClosingTheReaderWakesItsReadLine) {
  Pair pair = connectedPair();
  BufferedReader reader(pair.client.getInputStream());
  BlockedThread reading([&] { reader.readLine(); });
  reading.waitUntilAsleep();
  reader.close();
  expectSocketClosed(reading, "read from ");
}

TEST(WriterOfAClosedSocketTest, ClosingTheSocketWakesAFlush) {
  Pair pair = connectedPair();
  PrintWriter writer(pair.client.getOutputStream());
  bool flushed = true;
  BlockedThread printing([&] {
    writer.print(moreThanAnyBufferHolds());
    flushed = writer.flush();
  });
  printing.waitUntilAsleep();
  pair.client.close();
  expectToEndImmediately(printing);
  EXPECT_FALSE(flushed);
  EXPECT_TRUE(writer.error() == std::errc::operation_canceled) << writer.error();
}

// ---- what the peer sees ---------------------------------------------------------------------------------------------

TEST(CloseWithABlockedWriterTest, EndsThePeersStreamCleanly) {
  if (pairsSpeakTls()) GTEST_SKIP() << "a record that was sent in part is no clean end";
  Pair pair = connectedPair();
  BlockedThread writing([out = pair.client.getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  pair.client.close();
  expectSocketClosed(writing, "write to ");
  EXPECT_GT(pair.server.getInputStream().skip(moreThanAnyBufferHolds().size()), 0U);
}

// Whether the stream ends with a reset. Wine may show it as a clean end, and TLS says then that the stream was cut
// short.
bool endsWithReset(SocketInputStream in) {
  try {
    in.skip(moreThanAnyBufferHolds().size());
    return runsUnderWine();
  } catch (const SocketException& exception) {
    return isReset(exception.code());
  } catch (const IOException&) {
    return runsUnderWine();
  }
}

TEST(CloseWithABlockedWriterTest, ResetsWithZeroLinger) {
  if (pairsAreUnixDomain()) GTEST_SKIP() << "a Unix-domain socket is reset only if it has unread input";
  Pair pair = connectedPair();
  pair.client.setSoLinger(true, 0);
  BlockedThread writing([out = pair.client.getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  pair.client.close();
  expectSocketClosed(writing, "write to ");
  EXPECT_TRUE(endsWithReset(pair.server.getInputStream()));
}

TEST(CloseWithABlockedReaderTest, EndsThePeersStream) {
  Pair pair = connectedPair();
  BlockedThread reading([in = pair.client.getInputStream()]() mutable { in.read(); });
  reading.waitUntilAsleep();
  pair.client.close();
  EXPECT_EQ(pair.server.getInputStream().read(), -1);
  expectSocketClosed(reading, "read from ");
}

// A peer that is blocked in a write must learn that nothing more will be read, however much of it had arrived.
void expectCloseToWakeThePeersWrite(Socket& socket, Socket& peer) {
  BlockedThread writing([out = peer.getOutputStream()]() mutable { out.write(moreThanAnyBufferHolds()); });
  writing.waitUntilAsleep();
  socket.close();
  EXPECT_THROW(expectToEndImmediately(writing), SocketException);
}

TEST(CloseWithUnreadInputTest, WakesThePeersBlockedWrite) {
  Pair pair = connectedPair();
  expectCloseToWakeThePeersWrite(pair.client, pair.server);
}

TEST(CloseWithUnreadInputTest, WakesThePeersBlockedWriteAlthoughLittleHasArrived) {
  ServerSocket server = loopbackServer();
  Socket socket;
  socket.setReceiveBufferSize(8192);
  socket.connect(server.getLocalSocketAddress());
  Socket peer = server.accept();
  expectCloseToWakeThePeersWrite(socket, peer);
}

// After the input is shut down, Linux does not reopen a full window until it sends something else.
TEST(CloseWithUnreadInputTest, WakesThePeersBlockedWriteAfterTheInputWasShutDown) {
  Pair pair = connectedPair();
  pair.client.shutdownInput();
  expectCloseToWakeThePeersWrite(pair.client, pair.server);
}

// ---- closing again, and calling after a close -----------------------------------------------------------------------

TEST(CloseAgainTest, IsHarmless) {
  Pair pair = connectedPair();
  pair.client.close();
  pair.client.close();
  ServerSocket server = loopbackServer();
  server.close();
  server.close();
  EXPECT_TRUE(pair.client.isClosed());
  EXPECT_TRUE(server.isClosed());
}

TEST(CloseAgainTest, SeveralThreadsMayCloseTogether) {
  for (int round = 0; round < 60; ++round) {
    Pair pair = connectedPair();
    BlockedThread reading([in = pair.client.getInputStream()]() mutable { in.read(); });
    std::deque<BlockedThread> closing;
    for (int i = 0; i < kThreads; ++i) closing.emplace_back([&] { pair.client.close(); });
    for (BlockedThread& thread : closing) expectToEndImmediately(thread);
    expectSocketClosed(reading, "read from ");
    EXPECT_EQ(pair.server.getInputStream().read(), -1);
  }
}

// The thread that leaves the last call frees the descriptor, so the closing thread need not wait for it.
TEST(CloseTest, DoesNotWaitForAnotherThreadsCallOfAPrintWriter) {
  Pair pair = connectedPair();
  PrintWriter writer(pair.client.getOutputStream());
  BlockedThread printing([&] { writer.print(moreThanAnyBufferHolds()); });
  printing.waitUntilAsleep();
  BlockedThread closing([&] { pair.client.close(); });
  expectToEndImmediately(closing);
  expectToEndImmediately(printing);
}

TEST(CloseTest, TheDescriptorStaysOpenUntilTheLastCallReturns) {
  ServerSocket server = loopbackServer();
  const std::intptr_t handle = server.nativeHandle();
  std::deque<BlockedThread> accepting;
  for (int i = 0; i < kThreads; ++i) accepting.emplace_back([&] { server.accept(); });
  for (BlockedThread& thread : accepting) thread.waitUntilAsleep();
  EXPECT_EQ(server.nativeHandle(), handle);
  server.close();
  for (BlockedThread& thread : accepting) expectSocketClosed(thread, "accept on ");
  EXPECT_EQ(server.nativeHandle(), -1);
}

TEST(ClosedBeforeTest, AcceptThrowsImmediately) {
  ServerSocket server = loopbackServer();
  server.close();
  BlockedThread accepting([&] { server.accept(); });
  expectSocketClosed(accepting, "accept on ");
}

TEST(ClosedBeforeTest, ConnectThrowsImmediately) {
  const ServerSocket server = loopbackServer();
  Socket socket;
  socket.close();
  BlockedThread connecting([&] { socket.connect(server.getLocalSocketAddress()); });
  expectSocketClosed(connecting, "connect to ");
}

class OutlivedSocketTest : public testing::Test {
 protected:
  OutlivedSocketTest() {
    Pair pair = connectedPair();
    pair.server.getOutputStream().write("unread");
    in_ = std::make_unique<SocketInputStream>(pair.client.getInputStream());
    out_ = std::make_unique<SocketOutputStream>(pair.client.getOutputStream());
  }

  static void expectClosed(const std::function<void()>& call) {
    const auto exception = thrownBy<SocketException>(call);
    EXPECT_TRUE(exception.code() == std::errc::operation_canceled) << exception.code();
    EXPECT_NE(std::string(exception.what()).find("Socket closed"), std::string::npos) << exception.what();
  }

  std::unique_ptr<SocketInputStream> in_;
  std::unique_ptr<SocketOutputStream> out_;
};

TEST_F(OutlivedSocketTest, ReadingThrows) {
  char byte = 0;
  expectClosed([&] { in_->read(); });
  expectClosed([&] { in_->read(&byte, 1); });
  expectClosed([&] { in_->readFully(&byte, 1); });
  expectClosed([&] { in_->readAllBytes(); });
  expectClosed([&] { in_->skip(1); });
  expectClosed([&] { in_->available(); });
}

TEST_F(OutlivedSocketTest, ReadingNothingIsAllowed) {
  EXPECT_EQ(in_->read(nullptr, 0), 0U);
  EXPECT_EQ(in_->readNBytes(nullptr, 0), 0U);
}

TEST_F(OutlivedSocketTest, WritingThrows) {
  expectClosed([&] { out_->write('x'); });
  expectClosed([&] { out_->write("text"); });
}

TEST_F(OutlivedSocketTest, FlushingAndClosingAreHarmless) {
  out_->flush();
  out_->close();
  in_->close();
}

TEST_F(OutlivedSocketTest, AReaderThrows) {
  BufferedReader reader(*in_);
  expectClosed([&] { reader.readLine(); });
}

TEST_F(OutlivedSocketTest, AWriterReportsTheErrorAndDoesNotThrow) {
  PrintWriter writer(*out_);
  writer.println("text");
  EXPECT_FALSE(writer.flush());
  EXPECT_TRUE(writer.error() == std::errc::operation_canceled);
}

TEST_F(OutlivedSocketTest, ANewDescriptorWithTheOldNumberIsNotTouched) {
  Pair stranger = connectedPair();  // gets the descriptor numbers that were just freed
  stranger.server.getOutputStream().write("for the stranger");
  expectClosed([&] { in_->read(); });
  expectClosed([&] { out_->write("from the past"); });
  stranger.client.shutdownOutput();
  EXPECT_EQ(receive(stranger.client, 16), "for the stranger");
  EXPECT_EQ(stranger.server.getInputStream().read(), -1);
}

}  // namespace
