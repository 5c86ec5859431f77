// SPDX-License-Identifier: MIT
//
// Peers that do not keep to TLS, by mistake or on purpose. Each ends with an exception that says why, and nothing else.
#include "support/openssl_peer.hpp"
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace netlite::test {

namespace {

class SslHostileTest : public testing::Test {
 protected:
  SslHostileTest() {
    contexts_.client.setHandshakeTimeout(10s);
    contexts_.server.setHandshakeTimeout(10s);
  }

  /// What a server throws at its first read if a client sends these bytes and then ends.
  std::exception_ptr failureOfServer(const std::string& bytes, bool ends = true) {
    Pair pair = halfTlsPair(contexts_.server);
    const JoinedThread client([&] {
      failureOf([&] {
        pair.client.getOutputStream().write(bytes);
        if (ends) pair.client.shutdownOutput();
        pair.client.getInputStream().readAllBytes();
      });
    });
    const std::exception_ptr failure = failureOf([&] { pair.server.getInputStream().read(); });
    pair.server.close();
    return failure;
  }

  /// What a client throws if the server answers with these bytes.
  std::exception_ptr failureOfClient(const std::string& bytes) {
    Pair pair = connectedPair();
    const JoinedThread server([&] {
      failureOf([&] {
        pair.server.getOutputStream().write(bytes);
        pair.server.getInputStream().readAllBytes();
      });
      pair.server.close();
    });
    return failureOf([&] { contexts_.client.createSocket(std::move(pair.client), "localhost"); });
  }

  /// What a server throws if a client damages one of its records.
  std::exception_ptr failureOfServerIfDamaged(int version, std::size_t record) {
    Pair pair = halfTlsPair(contexts_.server);
    OpenSslPeer client(std::move(pair.client));
    client.setVersion(version);
    client.damageRecord(record);
    const JoinedThread clientsSide([&] {
      if (failureOf([&] { client.handshake(); }) != nullptr) client.socket().close();
    });
    const std::exception_ptr failure = failureOf([&] { SSLSession::of(pair.server); });
    if (failure != nullptr) pair.server.close();
    return failure;
  }

  /// What a client throws if the server damages one of its records.
  std::exception_ptr failureOfClientIfDamaged(int version, std::size_t record) {
    Pair pair = connectedPair();
    OpenSslPeer server(std::move(pair.server), contexts_.certificate);
    server.setVersion(version);
    server.damageRecord(record);
    const JoinedThread serversSide([&] {
      if (failureOf([&] { server.handshake(); }) != nullptr) server.socket().close();
    });
    return failureOf([&] { pair.client = contexts_.client.createSocket(std::move(pair.client), "localhost"); });
  }

  TlsContexts contexts_;
};

// ---- plain bytes ----------------------------------------------------------------------------------------------------

TEST_F(SslHostileTest, AServerNamesAClientThatSpeaksNoTls) {
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("hello\n"), std::string("x"),
                                   std::string("\r\n"), std::string(100'000, 'a')}) {
    const std::exception_ptr failure = failureOfServer(bytes, false);
    EXPECT_TRUE(is<SSLHandshakeException>(failure));
    EXPECT_TRUE(contains(whatOf(failure), ": the peer speaks no TLS")) << whatOf(failure);
  }
}

TEST_F(SslHostileTest, AClientNamesAServerThatSpeaksNoTls) {
  for (const std::string& bytes :
       {std::string("220 mail.example ESMTP\r\n"), std::string("HTTP/1.1 400 Bad\r\n\r\n"), std::string("\0", 1)}) {
    const std::exception_ptr failure = failureOfClient(bytes);
    EXPECT_TRUE(is<SSLHandshakeException>(failure));
    EXPECT_TRUE(contains(whatOf(failure), ": the peer speaks no TLS")) << whatOf(failure);
  }
}

TEST_F(SslHostileTest, APlainSocketGetsBytesThatItDoesNotUnderstandAndTheEnd) {
  Pair pair = halfTlsPair(contexts_.server);
  const JoinedThread server([&] {
    failureOf([&] { pair.server.getInputStream().read(); });
    pair.server.close();
  });
  pair.client.getOutputStream().write("hello, server\n");
  EXPECT_NO_THROW(pair.client.getInputStream().readAllBytes());
}

// ---- the handshake --------------------------------------------------------------------------------------------------

TEST_F(SslHostileTest, AnEndDuringTheHandshakeIsNamed) {
  for (const std::string& bytes :
       {std::string(), std::string("\x16\x03"), std::string("\x16\x03\x01\x02\x00\x01", 6)}) {
    const std::exception_ptr failure = failureOfServer(bytes);
    EXPECT_TRUE(is<SSLHandshakeException>(failure));
    EXPECT_TRUE(contains(whatOf(failure), ": the peer closed the connection")) << whatOf(failure);
  }
}

TEST_F(SslHostileTest, GarbageInRecordsEndsTheHandshake) {
  std::mt19937 random(1);
  for (int i = 0; i < 50; ++i) {
    std::string bytes("\x16\x03\x01\x00\x40", 5);
    for (int k = 0; k < 64; ++k) bytes += static_cast<char>(random());
    EXPECT_TRUE(is<SSLHandshakeException>(failureOfServer(bytes)));
    EXPECT_TRUE(is<SSLHandshakeException>(failureOfClient(bytes)));
  }
}

TEST_F(SslHostileTest, DamagedHandshakesEnd) {
  Pair source = connectedPair();
  OpenSslPeer client(std::move(source.client));
  SSL_do_handshake(client.connection());
  const std::string hello = client.takeRecords();
  for (std::size_t i = 0; i < hello.size(); i += 7) {
    std::string damaged = hello;
    damaged[i] = static_cast<char>(~damaged[i]);
    const std::exception_ptr failure = failureOfServer(damaged);
    EXPECT_TRUE(is<SSLException>(failure)) << i << ": " << whatOf(failure);
  }
}

TEST_F(SslHostileTest, ADamagedRecordEndsTheHandshakeAtEveryStage) {
  constexpr std::size_t kRecordsOfClient = 3;  // of its two flights, in either version
  constexpr std::size_t kRecordsOfServer = 4;  // at least, and all before the client has completed its handshake
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (std::size_t record = 0; record < kRecordsOfClient; ++record) {
      const std::exception_ptr failure = failureOfServerIfDamaged(version, record);
      EXPECT_TRUE(is<SSLHandshakeException>(failure)) << record << ": " << whatOf(failure);
    }
    for (std::size_t record = 0; record < kRecordsOfServer; ++record) {
      const std::exception_ptr failure = failureOfClientIfDamaged(version, record);
      EXPECT_TRUE(is<SSLHandshakeException>(failure)) << record << ": " << whatOf(failure);
    }
  }
}

TEST_F(SslHostileTest, AServerNamesAClientThatSpeaksSsl3) {
  const std::string hello = std::string("\x03\0", 2) + std::string(32, 'r') + std::string(1, '\0') +  // no session
                            std::string("\0\x02\xc0\x2b\x01\0", 6);  // a suite, and no compression
  const std::string message = std::string("\x01\0\0", 3) + static_cast<char>(hello.size()) + hello;
  const std::exception_ptr failure =
      failureOfServer(std::string("\x16\x03\0\0", 4) + static_cast<char>(message.size()) + message);
  EXPECT_TRUE(contains(whatOf(failure), "no protocol in common")) << whatOf(failure);
}

TEST_F(SslHostileTest, AServerWithoutSecureRenegotiationIsRefused) {
  const std::string hello = std::string("\x03\x03", 2) + std::string(32, 'r') + std::string(1, '\0') +  // no session
                            std::string("\xc0\x2b", 2) + std::string(1, '\0');  // a suite, and no extensions
  const std::string message = std::string("\x02\0\0", 3) + static_cast<char>(hello.size()) + hello;
  const std::exception_ptr failure =
      failureOfClient(std::string("\x16\x03\x03\0", 4) + static_cast<char>(message.size()) + message);
  EXPECT_TRUE(is<SSLHandshakeException>(failure));
  EXPECT_TRUE(contains(whatOf(failure), "unsafe legacy renegotiation disabled")) << whatOf(failure);
}

TEST_F(SslHostileTest, MessagesOutOfOrderEndTheHandshake) {
  for (const char kind : {'\x14', '\x17'}) {  // change cipher spec, application data
    std::string bytes("?\x03\x03\x00\x02\x01\x01", 7);
    bytes[0] = kind;
    const std::exception_ptr failure = failureOfServer(bytes);
    EXPECT_TRUE(is<SSLHandshakeException>(failure)) << whatOf(failure);
    EXPECT_TRUE(is<SSLHandshakeException>(failureOfClient(bytes)));
  }
}

TEST_F(SslHostileTest, AnAlertDuringTheHandshakeIsNamed) {
  const std::pair<char, const char*> alerts[] = {
      {'\x28', "the peer found no cipher suite or certificate in common"},
      {'\x2a', "the peer refused this side's certificate"},
      {'\x2b', "the peer cannot use this side's certificate"},
      {'\x2c', "the peer says that this side's certificate is revoked"},
      {'\x2d', "the peer says that this side's certificate has expired"},
      {'\x2e', "the peer does not accept this side's certificate"},
      {'\x30', "the peer does not trust this side's certificate"},
      {'\x31', "the peer denied access"},
      {'\x46', "no protocol in common, the peer says"},
      {'\x47', "the peer wants stronger cipher suites"},
      {'\x50', "the peer reported: internal error"},
      {'\x70', "the peer has no certificate for this name"},
      {'\x74', "the peer requires a certificate"},
      {'\x78', "no application protocol in common, the peer says"},
  };
  for (const auto& [alert, words] : alerts) {
    const std::exception_ptr failure = failureOfClient(std::string("\x15\x03\x03\x00\x02\x02", 6) + alert);
    EXPECT_TRUE(contains(whatOf(failure), words)) << whatOf(failure);
  }
}

TEST_F(SslHostileTest, AnOversizedRecordEndsTheHandshake) {
  const std::string bytes = std::string("\x16\x03\x03\xff\xff", 5) + std::string(70'000, 'x');
  EXPECT_TRUE(is<SSLHandshakeException>(failureOfServer(bytes)));
  EXPECT_TRUE(is<SSLHandshakeException>(failureOfClient(bytes)));
}

TEST_F(SslHostileTest, AHandshakeMayArriveByteByByte) {
  Pair pair = halfTlsPair(contexts_.server);
  OpenSslPeer client(std::move(pair.client));
  const JoinedThread server([&] { pair.server.getOutputStream().write("x"); });
  SSL_do_handshake(client.connection());
  for (const char byte : client.takeRecords()) client.sendRaw(std::string(1, byte));
  EXPECT_EQ(client.read(), "x");
}

// ---- after the handshake --------------------------------------------------------------------------------------------

TEST_F(SslHostileTest, RecordsMayArriveByteByByte) {
  PeerAndSocket both(contexts_.server);
  for (const char byte : both.peer->recordsOf("hello")) both.peer->sendRaw(std::string(1, byte));
  EXPECT_EQ(receive(both.socket, 5), "hello");
}

TEST_F(SslHostileTest, RecordsMayBeSplitAnywhere) {
  PeerAndSocket both(contexts_.server);
  both.socket.setSoTimeout(10s);
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    const std::string text(random() % 3000 + 1, static_cast<char>('a' + i % 26));
    std::string records = both.peer->recordsOf(text);
    records += both.peer->recordsOf("|");
    const std::size_t half = random() % records.size();
    const JoinedThread sender([&] {
      both.peer->sendRaw(records.substr(0, half));
      both.peer->sendRaw(records.substr(half));
    });
    EXPECT_EQ(receive(both.socket, text.size() + 1), text + "|");
  }
}

TEST_F(SslHostileTest, DamagedRecordsAreNamedAndSticky) {
  PeerAndSocket both(contexts_.server);
  std::string records = both.peer->recordsOf("hello");
  records.back() = static_cast<char>(~records.back());
  both.peer->sendRaw(records);
  for (int i = 0; i < 2; ++i) {
    const std::string what = thrownBy<SSLProtocolException>([&] { both.socket.getInputStream().read(); }).what();
    EXPECT_TRUE(contains(what, ": bytes were damaged or forged on the way")) << what;
  }
  EXPECT_THROW(both.socket.getOutputStream().write("x"), SSLProtocolException);
}

TEST_F(SslHostileTest, BytesBeforeADamagedRecordAreRead) {
  PeerAndSocket both(contexts_.server);
  std::string records = both.peer->recordsOf("hello");
  both.peer->sendRaw(records + std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, '?'));
  EXPECT_EQ(receive(both.socket, 5), "hello");
  EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
}

TEST_F(SslHostileTest, RecordsOutOfOrderAreAProtocolError) {
  PeerAndSocket both(contexts_.server);
  const std::string first = both.peer->recordsOf("first");
  both.peer->sendRaw(both.peer->recordsOf("second") + first);
  EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
}

TEST_F(SslHostileTest, ARepeatedRecordIsAProtocolError) {
  PeerAndSocket both(contexts_.server);
  const std::string once = both.peer->recordsOf("once");
  both.peer->sendRaw(once + once);
  EXPECT_EQ(receive(both.socket, 4), "once");
  EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
}

TEST_F(SslHostileTest, OversizedRecordsAreAProtocolError) {
  PeerAndSocket both(contexts_.server);
  both.peer->sendRaw(std::string("\x17\x03\x03\xff\xff", 5));
  const std::string what = thrownBy<SSLProtocolException>([&] { both.socket.getInputStream().read(); }).what();
  EXPECT_TRUE(contains(what, ": a record is too long")) << what;
}

TEST_F(SslHostileTest, PlainBytesAreAProtocolError) {
  PeerAndSocket both(contexts_.server);
  both.peer->sendRaw("plain bytes");
  EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
}

TEST_F(SslHostileTest, ACutRecordIsCutShort) {
  PeerAndSocket both(contexts_.server);
  const std::string records = both.peer->recordsOf("hello");
  both.peer->sendRaw(records.substr(0, records.size() - 1));
  both.peer->socket().close();
  EXPECT_TRUE(contains(thrownBy<SSLException>([&] { both.socket.getInputStream().read(); }).what(), ": cut short"));
}

TEST_F(SslHostileTest, EmptyRecordsAreNoEnd) {
  PeerAndSocket both(contexts_.server, TLS1_2_VERSION);
  const JoinedThread sender([&] { both.peer->write("x"); });
  EXPECT_EQ(both.socket.getInputStream().read(), 'x');
}

TEST_F(SslHostileTest, AnAlertAfterTheHandshakeIsNamed) {
  PeerAndSocket both(contexts_.server);
  both.peer->sendRaw(std::string("\x15\x03\x03\x00\x02\x02\x50", 7));  // not encrypted, as anyone could send it
  EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
}

TEST_F(SslHostileTest, AStormOfKeyUpdatesIsFollowed) {
  PeerAndSocket both(contexts_.server);
  const JoinedThread sender([&] {
    for (int i = 0; i < 2000; ++i) both.peer->updateKeys(true);
    both.peer->write("x");
  });
  EXPECT_EQ(both.socket.getInputStream().read(), 'x');
  both.socket.getOutputStream().write("y");  // one answer to all of them
}

TEST_F(SslHostileTest, RenegotiationIsRefused) {
  PeerAndSocket both(contexts_.server, TLS1_2_VERSION);
  SSL_renegotiate(both.peer->connection());
  const JoinedThread peersSide([&] {
    const std::exception_ptr failure = failureOf([&] { both.peer->handshake(); });
    EXPECT_TRUE(contains(whatOf(failure), "no renegotiation")) << whatOf(failure);
    both.peer->socket().close();
  });
  EXPECT_THROW(both.socket.getInputStream().read(), SSLException);
}

TEST_F(SslHostileTest, RenegotiationIsRefusedByAClient) {
  Pair pair = connectedPair();
  OpenSslPeer server(std::move(pair.server), contexts_.certificate);
  server.setVersion(TLS1_2_VERSION);
  const JoinedThread serversSide([&] {
    server.handshake();
    SSL_renegotiate(server.connection());
    server.handshake();  // only asks
    server.write("x");
    const std::exception_ptr failure = failureOf([&] { server.read(); });
    EXPECT_TRUE(contains(whatOf(failure), "no renegotiation")) << whatOf(failure);
  });
  Socket client = contexts_.client.createSocket(std::move(pair.client), "localhost");
  EXPECT_EQ(client.getInputStream().read(), 'x');
  client.getOutputStream().write("y");
}

TEST_F(SslHostileTest, AStormOfRenegotiationsEndsOnceItsAnswersPileUp) {
  Pair pair = connectedPair();
  pair.client.setSendBufferSize(4096);
  OpenSslPeer server(std::move(pair.server), contexts_.certificate);
  server.setVersion(TLS1_2_VERSION);
  const JoinedThread serversSide([&] {
    failureOf([&] {
      server.handshake();
      for (;;) {  // until the client closes
        SSL_renegotiate(server.connection());
        server.handshake();
      }
    });
  });
  Socket client = contexts_.client.createSocket(std::move(pair.client), "localhost");
  const std::string what = thrownBy<SSLProtocolException>([&] { client.getInputStream().read(); }).what();
  EXPECT_TRUE(contains(what, ": the peer sends requests and reads no answers")) << what;
  client.close();
}

TEST_F(SslHostileTest, CompressionIsNotOffered) {
  PeerAndSocket both(contexts_.server, TLS1_2_VERSION);
  EXPECT_EQ(SSL_get_current_compression(both.peer->connection()), nullptr);
}

TEST_F(SslHostileTest, EarlyDataIsNotOffered) {
  PeerAndSocket both(contexts_.server);
  const JoinedThread server([&] { both.socket.getOutputStream().write("x"); });
  EXPECT_EQ(both.peer->read(), "x");
  EXPECT_EQ(SSL_SESSION_get_max_early_data(SSL_get_session(both.peer->connection())), 0u);
}

TEST_F(SslHostileTest, RandomBytesAfterTheHandshakeNeverReachTheProgram) {
  std::mt19937 random(3);
  for (int i = 0; i < 20; ++i) {
    PeerAndSocket both(contexts_.server, i % 2 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION);
    std::string bytes("\x17\x03\x03\x01\x00", 5);
    for (int k = 0; k < 256; ++k) bytes += static_cast<char>(random());
    both.peer->sendRaw(bytes);
    EXPECT_THROW(both.socket.getInputStream().read(), SSLProtocolException);
  }
}

}  // namespace

}  // namespace netlite::test
