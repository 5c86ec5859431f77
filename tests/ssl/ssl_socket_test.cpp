// SPDX-License-Identifier: MIT
//
// Sockets that speak TLS: their bytes, their end, their timeouts and their threads.
#include "support/blocked_thread.hpp"
#include "support/eventually.hpp"
#include "support/openssl_peer.hpp"
#include "support/system.hpp"
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace netlite::test {

namespace {

/// Writes until the peer's and this side's kernel have no more room, and returns how many bytes that took.
std::size_t fill(Socket& socket) {
  socket.setWriteTimeout(50ms);
  const std::string chunk(100'000, 'x');
  std::size_t written = 0;
  try {
    for (;; written += chunk.size()) socket.getOutputStream().write(chunk);
  } catch (const SocketTimeoutException& timeout) {
    return written + timeout.bytesTransferred();
  }
}

/// Sends records without bytes, and then one byte. All of it has been sent on return. It takes several receives, and
/// more than a millisecond to decrypt.
void sendKeyUpdatesAndX(OpenSslPeer& peer) {
  for (int i = 0; i < 5'000; ++i) {
    SSL_key_update(peer.connection(), SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(peer.connection());
  }
  peer.write("x");
}

/// What a write leaves when it is ended may fit the kernel's buffer, or is cut and must not look like an end.
void expectAWholeOrACutStream(Socket& socket) {
  const std::exception_ptr failure = failureOf([&] { socket.getInputStream().readAllBytes(); });
  EXPECT_TRUE(failure == nullptr || is<SSLException>(failure)) << whatOf(failure);
}

class SslSocketTest : public testing::Test {
 protected:
  TlsContexts contexts_;
  Pair pair_ = tlsPair(contexts_.client, contexts_.server);
};

// ---- bytes ----------------------------------------------------------------------------------------------------------

TEST_F(SslSocketTest, CarriesLinesBothWays) {
  PrintWriter out(pair_.client.getOutputStream());
  BufferedReader in(pair_.server.getInputStream());
  out.println("hello");
  EXPECT_TRUE(out.flush());
  EXPECT_EQ(in.readLine(), "hello");
  PrintWriter back(pair_.server.getOutputStream());
  BufferedReader answer(pair_.client.getInputStream());
  back.println("hello yourself");
  EXPECT_TRUE(back.flush());
  EXPECT_EQ(answer.readLine(), "hello yourself");
}

TEST_F(SslSocketTest, CarriesManyBytesBothWaysTogether) {
  const std::string sent(5'000'000, 'x');
  const auto send = [&sent](Socket& socket) {
    socket.getOutputStream().write(sent);
    socket.shutdownOutput();
  };
  const JoinedThread fromClient([&] { send(pair_.client); });
  const JoinedThread fromServer([&] { send(pair_.server); });
  const JoinedThread atClient([&] { EXPECT_EQ(pair_.client.getInputStream().readAllBytes(), sent); });
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes(), sent);
}

TEST_F(SslSocketTest, DoesNotSendPlainBytes) {
  Pair pair = connectedPair();
  const JoinedThread clientsSide([&] {
    failureOf([&] { contexts_.client.createSocket(std::move(pair.client), "localhost").getOutputStream().write("x"); });
  });
  EXPECT_EQ(receive(pair.server, 3), std::string("\x16\x03\x01", 3));
  pair.server.close();
}

TEST_F(SslSocketTest, ReadsWhatHasArrivedInSeveralRecordsTogether) {
  SocketOutputStream out = pair_.client.getOutputStream();
  out.write("one");
  out.write("two");
  out.write(std::string(20'000, '3'));
  ASSERT_TRUE(eventually([&] { return pair_.server.getInputStream().available() > 0; }));
  char buffer[65536];
  std::size_t count = 0;
  while (count < 20'006) count += pair_.server.getInputStream().read(buffer + count, sizeof buffer - count);
  EXPECT_EQ(std::string(buffer, 9), "onetwo333");
}

TEST_F(SslSocketTest, HasNothingAvailableBeforeTheHandshake) {
  Pair pair = halfTlsPair(contexts_.server);
  pair.client.getOutputStream().write(std::string("\x16\x03\x01\x02\x00\x01", 6));  // the start of a ClientHello
  EXPECT_EQ(pair.server.getInputStream().available(), 0u);
}

TEST_F(SslSocketTest, CountsDecryptedBytesAsAvailable) {
  EXPECT_EQ(pair_.server.getInputStream().available(), 0u);
  pair_.client.getOutputStream().write("hello");
  EXPECT_TRUE(eventually([&] { return pair_.server.getInputStream().available() == 5; }));
  EXPECT_EQ(receive(pair_.server, 2), "he");
  EXPECT_EQ(pair_.server.getInputStream().available(), 3u);
}

TEST_F(SslSocketTest, AvailableDoesNotGoThroughAllRecordsWithoutBytes) {
  PeerAndSocket both(contexts_.server);
  sendKeyUpdatesAndX(*both.peer);
  EXPECT_EQ(both.socket.getInputStream().available(), 0u);
  EXPECT_EQ(both.socket.getInputStream().read(), 'x');
}

TEST_F(SslSocketTest, ABufferedReaderIsReadyOnceALineHasArrived) {
  BufferedReader in(pair_.server.getInputStream());
  EXPECT_FALSE(in.ready());
  pair_.client.getOutputStream().write("hello\n");
  EXPECT_TRUE(eventually([&] { return in.ready(); }));
  EXPECT_EQ(in.readLine(), "hello");
  EXPECT_FALSE(in.ready());
}

TEST_F(SslSocketTest, AwaitsInput) {
  EXPECT_FALSE(pair_.server.getInputStream().awaitInput(10ms));
  pair_.client.getOutputStream().write("x");
  EXPECT_TRUE(pair_.server.getInputStream().awaitInput(10s));
  EXPECT_TRUE(pair_.server.getInputStream().awaitInput(0ms));
  EXPECT_EQ(pair_.server.getInputStream().read(), 'x');
}

TEST_F(SslSocketTest, FlushesATiedWriterBeforeItWaits) {
  const JoinedThread server([&] {
    BufferedReader in(pair_.server.getInputStream());
    PrintWriter out(pair_.server.getOutputStream());
    in.tie(out);
    while (auto line = in.readLine()) out.println(*line);
  });
  PrintWriter out(pair_.client.getOutputStream());
  BufferedReader in(pair_.client.getInputStream());
  for (int i = 0; i < 1000; ++i) out.println(i);
  out.flush();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(in.readLine(), std::to_string(i));
  pair_.client.shutdownOutput();
}

TEST_F(SslSocketTest, EncryptsAFile) {
  const ScratchFolder folder;
  const std::string content(100'000, 'f');
  writeFile(folder / "file", content);
  const JoinedThread sender([&] {
    SocketOutputStream out = pair_.client.getOutputStream();
    FileInputStream(folder / "file").transferTo(out);
    pair_.client.shutdownOutput();
  });
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes(), content);
}

TEST_F(SslSocketTest, NamesItsAddressesAndHasItsOptions) {
  EXPECT_EQ(pair_.client.toString(), "Socket[addr=localhost/127.0.0.1,port=" + std::to_string(pair_.client.getPort()) +
                                         ",localport=" + std::to_string(pair_.client.getLocalPort()) + "]");
  pair_.client.setKeepAlive(true);
  EXPECT_TRUE(pair_.client.getKeepAlive());
  EXPECT_TRUE(pair_.client.getTcpNoDelay());
}

TEST_F(SslSocketTest, AnAcceptFilterIsAskedBeforeTheHandshake) {
  ServerSocket server = tlsServer(contexts_.server);
  std::atomic<int> asked{0};
  server.setAcceptFilter([&](const InetSocketAddress&) { return ++asked > 1; });
  Socket refused(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket welcome(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket accepted = server.accept();
  EXPECT_EQ(accepted.getPort(), welcome.getLocalPort());
  EXPECT_TRUE(readsReset(refused.getInputStream()));
}

TEST_F(SslSocketTest, WorksOverAUnixDomainConnection) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine has no Unix-domain sockets";
  const ScratchFolder folder;
  const UnixDomainSocketAddress address(folder / "s");
  ServerSocket server = contexts_.server.wrap(ServerSocket(address));
  Socket plain(address);
  Socket accepted = server.accept();
  const JoinedThread serversSide([&] { accepted.getOutputStream().write("x"); });
  Socket client = contexts_.client.createSocket(std::move(plain), "localhost");
  EXPECT_EQ(client.getInputStream().read(), 'x');
  EXPECT_EQ(SSLSession::of(accepted).getPeerHost(), address.toString());
}

TEST_F(SslSocketTest, StartsOnAConnectionThatWasPlain) {
  Pair pair = connectedPair();
  pair.client.getOutputStream().write("STARTTLS\n");
  EXPECT_EQ(receive(pair.server, 9), "STARTTLS\n");
  SocketInputStream in = pair.server.getInputStream();
  Socket server = contexts_.server.acceptSocket(std::move(pair.server));
  const JoinedThread clientsSide([&] {
    pair.client = contexts_.client.createSocket(std::move(pair.client), "localhost");
    pair.client.getOutputStream().write("x");
  });
  EXPECT_EQ(in.read(), 'x');
}

TEST_F(SslSocketTest, ServesAHandlerForPlainSocketsInATcpServer) {
  for (const bool isVirtual : {false, true}) {
    TcpServer::Options options;
    options.virtualThreads = isVirtual;
    const auto handler = [](Socket& client) {
      BufferedReader in(client.getInputStream());
      PrintWriter out(client.getOutputStream());
      in.tie(out);
      for (const std::string& line : in.lines()) out.println(line);
    };
    TcpServer server(tlsServer(contexts_.server), handler, options);
    server.start();
    for (int i = 0; i < 5; ++i) {
      Socket client = contexts_.client.createSocket("localhost", server.getLocalPort(), 10s);
      PrintWriter out(client.getOutputStream());
      out.println(std::string(50'000, 'y'));
      ASSERT_TRUE(out.flush());
      EXPECT_EQ(BufferedReader(client.getInputStream()).readLine(), std::string(50'000, 'y'));
    }
  }
}

// ---- the end --------------------------------------------------------------------------------------------------------

TEST_F(SslSocketTest, EndsCleanlyWhenThePeerCloses) {
  pair_.client.getOutputStream().write("bye");
  pair_.client.close();
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes(), "bye");
  EXPECT_EQ(pair_.server.getInputStream().read(), -1);
}

TEST_F(SslSocketTest, EndsCleanlyWhenThePeerIsDestroyed) {
  { const Socket destroyed = std::move(pair_.client); }
  EXPECT_EQ(pair_.server.getInputStream().read(), -1);
}

TEST_F(SslSocketTest, GoesOnInTheOtherDirectionAfterShutdownOutput) {
  pair_.client.getOutputStream().write("question");
  pair_.client.shutdownOutput();
  EXPECT_EQ(pair_.server.getInputStream().readAllBytes(), "question");
  pair_.server.getOutputStream().write("answer");
  pair_.server.shutdownOutput();
  EXPECT_EQ(pair_.client.getInputStream().readAllBytes(), "answer");
  EXPECT_THROW(pair_.client.getOutputStream(), SocketException);
  EXPECT_THROW(pair_.client.shutdownOutput(), SocketException);
}

TEST_F(SslSocketTest, ShutdownOutputCompletesTheHandshakeFirst) {
  Pair pair = halfTlsPair(contexts_.server);
  const JoinedThread serversSide([&] { pair.server.shutdownOutput(); });
  Socket client = contexts_.client.createSocket(std::move(pair.client), "localhost");
  EXPECT_EQ(client.getInputStream().read(), -1);
}

TEST_F(SslSocketTest, ShutdownOutputEndsAWriteThatWaits) {
  fill(pair_.client);
  pair_.client.setWriteTimeout(0ms);
  BlockedThread writer([&] { pair_.client.getOutputStream().write(std::string(10'000'000, 'x')); });
  writer.waitUntilAsleep();
  pair_.client.shutdownOutput();
  EXPECT_THROW(writer.join(), SocketException);
  expectAWholeOrACutStream(pair_.server);
}

TEST_F(SslSocketTest, ShutdownInputEndsARead) {
  BlockedThread reader([&] { EXPECT_EQ(pair_.server.getInputStream().read(), -1); });
  reader.waitUntilAsleep();
  pair_.server.shutdownInput();
  reader.join();
  pair_.server.getOutputStream().write("x");
  EXPECT_EQ(pair_.client.getInputStream().read(), 'x');
}

TEST_F(SslSocketTest, AConnectionThatJustEndsWasCutShort) {
  Pair pair = connectedPair();
  OpenSslPeer peer(std::move(pair.client));
  Socket server = contexts_.server.acceptSocket(std::move(pair.server));
  const JoinedThread peersSide([&] {
    peer.handshake();
    peer.write("half");
    peer.socket().close();
  });
  EXPECT_EQ(receive(server, 4), "half");
  for (int i = 0; i < 2; ++i) {
    const std::string what = thrownBy<SSLException>([&] { server.getInputStream().read(); }).what();
    EXPECT_TRUE(contains(what, ": cut short")) << what;
  }
}

TEST_F(SslSocketTest, AResetStaysASocketException) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine reports the reset as the end of the stream";
  pair_.client.setSoLinger(true, 0);
  pair_.client.close();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(readsReset(pair_.server.getInputStream()));
}

TEST_F(SslSocketTest, AResetDuringTheHandshakeStaysASocketException) {
  if (runsUnderWine()) GTEST_SKIP() << "Wine reports the reset as the end of the stream";
  Pair pair = halfTlsPair(contexts_.server);
  pair.client.getOutputStream().write("\x16\x03");
  pair.client.setSoLinger(true, 0);
  pair.client.close();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(readsReset(pair.server.getInputStream()));
}

TEST_F(SslSocketTest, CloseSaysNothingThatWouldHaveToWait) {
  fill(pair_.client);
  const auto start = std::chrono::steady_clock::now();
  pair_.client.close();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  expectAWholeOrACutStream(pair_.server);
}

// ---- closing from any thread ----------------------------------------------------------------------------------------

TEST_F(SslSocketTest, CloseEndsARead) {
  BlockedThread reader([&] { pair_.server.getInputStream().read(); });
  reader.waitUntilAsleep();
  pair_.server.close();
  EXPECT_THROW(reader.join(), SocketException);
}

TEST_F(SslSocketTest, CloseEndsAWrite) {
  BlockedThread writer([&] { pair_.server.getOutputStream().write(std::string(50'000'000, 'x')); });
  writer.waitUntilAsleep();
  pair_.server.close();
  EXPECT_THROW(writer.join(), SocketException);
}

TEST_F(SslSocketTest, CloseEndsAHandshake) {
  Pair pair = halfTlsPair(contexts_.server);
  BlockedThread reader([&] { pair.server.getInputStream().read(); });
  BlockedThread writer([&] { pair.server.getOutputStream().write("x"); });
  reader.waitUntilAsleep();
  writer.waitUntilAsleep();
  pair.server.close();
  EXPECT_THROW(reader.join(), SocketException);
  EXPECT_THROW(writer.join(), SocketException);
}

// ---- timeouts -------------------------------------------------------------------------------------------------------

TEST_F(SslSocketTest, AReadTimeoutLosesNothing) {
  BufferedReader in(pair_.server.getInputStream());
  pair_.server.setSoTimeout(20ms);
  pair_.client.getOutputStream().write("half a ");
  EXPECT_THROW(in.readLine(), SocketTimeoutException);
  pair_.client.getOutputStream().write("line\n");
  pair_.server.setSoTimeout(10s);
  EXPECT_EQ(in.readLine(), "half a line");
}

TEST_F(SslSocketTest, AWriteTimeoutSaysWhereToGoOn) {
  std::string text(20'000'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i % 251);
  pair_.client.setWriteTimeout(20ms);
  std::string received;
  std::size_t sent = 0;
  const auto writeRest = [&] {
    try {
      pair_.client.getOutputStream().write(text.data() + sent, text.size() - sent);
      sent = text.size();
    } catch (const SocketTimeoutException& timeout) {
      sent += timeout.bytesTransferred();
    }
  };
  writeRest();
  ASSERT_LT(sent, text.size());
  {
    const JoinedThread reader([&] { received = pair_.server.getInputStream().readAllBytes(); });
    pair_.client.setWriteTimeout(50s);
    writeRest();
    EXPECT_EQ(sent, text.size());
    pair_.client.shutdownOutput();
  }
  EXPECT_TRUE(received == text);
}

TEST_F(SslSocketTest, ATimeoutOfAWriteLeavesTheStreamWhole) {
  const std::size_t sent = fill(pair_.client);
  std::string received;
  {
    const JoinedThread reader([&] { received = pair_.server.getInputStream().readAllBytes(); });
    pair_.client.setWriteTimeout(10s);
    pair_.client.getOutputStream().write("end");
    pair_.client.shutdownOutput();
  }
  EXPECT_EQ(received.size(), sent + 3);
  EXPECT_EQ(received.substr(received.size() - 3), "end");
}

TEST_F(SslSocketTest, AReadTimeoutIsNotExtendedByRecordsWithoutBytes) {
  PeerAndSocket both(contexts_.server);
  sendKeyUpdatesAndX(*both.peer);
  both.socket.setSoTimeout(1ms);
  EXPECT_THROW(both.socket.getInputStream().read(), SocketTimeoutException);
  both.socket.setSoTimeout(50s);
  EXPECT_EQ(both.socket.getInputStream().read(), 'x');
}

TEST_F(SslSocketTest, VirtualThreadsThatAwaitInputHoldNoCarrier) {
  constexpr int kThreads = 20;  // more than there are carriers
  std::vector<Pair> pairs;
  std::vector<Thread> waiting;
  for (int i = 0; i < kThreads; ++i) pairs.push_back(tlsPair(contexts_.client, contexts_.server));
  for (Pair& pair : pairs) {
    SocketInputStream in = pair.server.getInputStream();
    waiting.push_back(Thread::startVirtualThread([in]() mutable { in.awaitInput(50s); }));
  }
  const auto goThroughAllCarriers = [] {
    for (int i = 0; i < 100; ++i) Thread::yield();
  };
  for (int i = 0; i < kThreads; ++i) EXPECT_TRUE(Thread::startVirtualThread(goThroughAllCarriers).join(20s));
  for (Pair& pair : pairs) pair.server.close();
  for (const Thread& thread : waiting) thread.join();
}

// ---- what TLS does by itself ----------------------------------------------------------------------------------------

TEST_F(SslSocketTest, FollowsKeyUpdatesWhileOneSideIsActive) {
  Pair pair = connectedPair();
  OpenSslPeer peer(std::move(pair.client));
  Socket server = contexts_.server.acceptSocket(std::move(pair.server));
  const JoinedThread peersSide([&] {
    peer.handshake();
    for (int i = 0; i < 200; ++i) {
      peer.updateKeys(true);
      peer.write("x");
    }
    EXPECT_EQ(peer.read(), "answer");
    peer.sayCloseNotify();
  });
  EXPECT_EQ(receive(server, 200), std::string(200, 'x'));
  server.getOutputStream().write("answer");
  EXPECT_EQ(server.getInputStream().read(), -1);
}

TEST_F(SslSocketTest, AWriterFindsTicketsAndKeyUpdatesUnread) {
  Pair pair = connectedPair();
  const auto peer = std::make_unique<OpenSslPeer>(std::move(pair.server), contexts_.certificate);
  const JoinedThread peersSide([&] {
    peer->handshake();
    peer->updateKeys(true);
    peer->readUntil("end");
    peer->write("answer");
  });
  Socket client = contexts_.client.createSocket(std::move(pair.client), "localhost");
  for (int i = 0; i < 100; ++i) client.getOutputStream().write(std::string(10'000, 'x'));
  client.getOutputStream().write("end");
  EXPECT_EQ(receive(client, 6), "answer");
}

// ---- memory ---------------------------------------------------------------------------------------------------------

TEST_F(SslSocketTest, SurvivesItsContexts) {
  auto contexts = std::make_unique<TlsContexts>();
  Pair pair = tlsPair(contexts->client, contexts->server);
  contexts.reset();
  pair.client.getOutputStream().write("x");
  EXPECT_EQ(pair.server.getInputStream().read(), 'x');
}

TEST_F(SslSocketTest, StreamsThatOutliveItThrow) {
  SocketInputStream in = pair_.client.getInputStream();
  SocketOutputStream out = pair_.client.getOutputStream();
  { const Socket destroyed = std::move(pair_.client); }
  EXPECT_THROW(in.read(), SocketException);
  EXPECT_THROW(out.write("x"), SocketException);
}

}  // namespace

}  // namespace netlite::test
