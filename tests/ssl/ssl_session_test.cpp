// SPDX-License-Identifier: MIT
//
// What SSLSession says, and which sessions are resumed.
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace netlite::test {

namespace {

class SslSessionTest : public testing::Test {
 protected:
  /// Exchanges a byte, with which a client gets its tickets. Both sides' sessions.
  std::pair<SSLSession, SSLSession> connect(const std::string& host = "localhost") {
    return connectTo(contexts_.server, host);
  }

  std::pair<SSLSession, SSLSession> connectTo(SSLContext& server, const std::string& host = "localhost") {
    Pair pair = connectWithoutReading(server, host);
    EXPECT_EQ(pair.client.getInputStream().read(), 'x');
    return {SSLSession::of(pair.client), SSLSession::of(pair.server)};
  }

  /// The server's tickets and a byte are on their way to the client.
  Pair connectWithoutReading() { return connectWithoutReading(contexts_.server, "localhost"); }

  Pair connectWithoutReading(SSLContext& server, const std::string& host) {
    if (!listener_) listener_.emplace(tlsServer(server));  // sessions are for one port
    Pair pair{Socket(InetAddress::getLoopbackAddress(), listener_->getLocalPort()), listener_->accept()};
    const JoinedThread serversSide([&] { failureOf([&] { pair.server.getOutputStream().write("x"); }); });
    pair.client = contexts_.client.createSocket(std::move(pair.client), host);
    return pair;
  }

  TlsContexts contexts_;
  std::optional<ServerSocket> listener_;
};

TEST_F(SslSessionTest, SaysWhatBothSidesHaveAgreedOn) {
  const auto [client, server] = connect();
  EXPECT_EQ(client.getProtocol(), "TLSv1.3");
  EXPECT_EQ(client.getCipherSuite().rfind("TLS_", 0), 0u);
  EXPECT_EQ(client.getCipherSuite(), server.getCipherSuite());
  EXPECT_EQ(client.getPeerHost(), "localhost");
  EXPECT_EQ(server.getPeerHost(), "127.0.0.1");
  EXPECT_EQ(client.getApplicationProtocol(), "");
  EXPECT_FALSE(client.isResumed());
}

TEST_F(SslSessionTest, DescribesThePeersCertificate) {
  CertificateOptions options;
  options.commonName = "Ünï, 한국";
  options.alternativeNames = {"DNS:localhost", "IP:127.0.0.1", "IP:2001:db8::1", "email:ada@example.com",
                              "URI:https://example.com/"};
  const TestCertificate certificate(options, &contexts_.authority);
  CertificateFiles(certificate).loadInto(contexts_.server);
  const SSLCertificate shown = connect().first.getPeerCertificates().at(0);
  EXPECT_EQ(shown.subject, "CN=Ünï\\, 한국");
  EXPECT_EQ(shown.issuer, "CN=Test authority");
  const std::vector<std::string> names = {"localhost", "127.0.0.1", "2001:db8::1", "ada@example.com",
                                          "https://example.com/"};
  EXPECT_EQ(shown.subjectAlternativeNames, names);
  EXPECT_EQ(shown.pem, certificate.pem());
  EXPECT_EQ(shown.sha256Fingerprint.size(), 32u * 3 - 1);
  EXPECT_EQ(shown.sha256Fingerprint.find_first_not_of("0123456789ABCDEF:"), std::string::npos);
  const auto now = std::chrono::system_clock::now();
  EXPECT_LT(shown.notBefore, now);
  EXPECT_GT(shown.notBefore, now - std::chrono::hours(25));
  EXPECT_GT(shown.notAfter, now + std::chrono::hours(29 * 24));
  EXPECT_LT(shown.notAfter, now + std::chrono::hours(31 * 24));
}

TEST_F(SslSessionTest, HasTheChainAsThePeerShowedIt) {
  const TestCertificate intermediate(authorityOptions("In between"), &contexts_.authority);
  const TestCertificate certificate({}, &intermediate);
  CertificateFiles(certificate, "", &intermediate).loadInto(contexts_.server);
  const SSLSession client = connect().first;
  ASSERT_EQ(client.getPeerCertificates().size(), 2u);
  EXPECT_EQ(client.getPeerCertificates()[0].subject, "CN=localhost");
  EXPECT_EQ(client.getPeerCertificates()[1].subject, "CN=In between");
}

TEST_F(SslSessionTest, NamesAPeerThatShowedNoCertificate) {
  const SSLSession server = connect().second;
  const std::string what = thrownBy<SSLPeerUnverifiedException>([&] { server.getPeerCertificates(); }).what();
  EXPECT_EQ(what.rfind("certificates of /127.0.0.1:", 0), 0u) << what;
}

TEST_F(SslSessionTest, IsNotThatOfAPlainSocket) {
  Pair pair = connectedPair();
  EXPECT_THROW(SSLSession::of(pair.client), SSLException);
}

TEST_F(SslSessionTest, IsResumed) {
  EXPECT_FALSE(connect().first.isResumed());
  const auto [client, server] = connect();
  EXPECT_TRUE(client.isResumed());
  EXPECT_TRUE(server.isResumed());
  EXPECT_EQ(client.getPeerCertificates().at(0).pem, contexts_.certificate.pem());
  EXPECT_TRUE(connect().first.isResumed());
}

TEST_F(SslSessionTest, IsResumedInTls12) {
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  EXPECT_FALSE(connect().first.isResumed());
  for (int i = 0; i < 3; ++i) {
    const SSLSession client = connect().first;
    EXPECT_TRUE(client.isResumed());
    EXPECT_EQ(client.getPeerCertificates().at(0).pem, contexts_.certificate.pem());
  }
}

TEST_F(SslSessionTest, IsKeptForFewConnectionsToAServer) {
  constexpr int kKept = 4;
  std::vector<Pair> pairs;
  for (int i = 0; i < kKept; ++i) pairs.push_back(connectWithoutReading());
  for (Pair& pair : pairs) EXPECT_EQ(pair.client.getInputStream().read(), 'x');  // and at least one ticket each
  int resumed = 0;
  for (int i = 0; i < 2 * kKept; ++i) {
    Pair pair = connectWithoutReading();
    if (SSLSession::of(pair.client).isResumed()) ++resumed;
  }
  EXPECT_EQ(resumed, kKept);
}

TEST_F(SslSessionTest, IsForgottenAfterManyOthers) {
  CertificateOptions options;
  options.alternativeNames = {"DNS:*.host.example"};
  const TestCertificate certificate(options, &contexts_.authority);
  CertificateFiles(certificate).loadInto(contexts_.server);
  constexpr int kHosts = 140;  // with two tickets each
  const auto host = [](int i) { return std::to_string(i) + ".host.example"; };
  for (int i = 0; i < kHosts; ++i) connect(host(i));
  EXPECT_FALSE(connect(host(0)).first.isResumed());
  EXPECT_TRUE(connect(host(kHosts - 1)).first.isResumed());
}

TEST_F(SslSessionTest, IsNotResumedAcrossNames) {
  connect("localhost");
  EXPECT_FALSE(connect("127.0.0.1").first.isResumed());
  EXPECT_TRUE(connect("localhost").first.isResumed());
}

TEST_F(SslSessionTest, IsNotResumedAcrossPorts) {
  connect();
  listener_.reset();
  ServerSocket other = tlsServer(contexts_.server);
  listener_.emplace(std::move(other));
  EXPECT_FALSE(connect().first.isResumed());
}

TEST_F(SslSessionTest, IsNotResumedAfterAChangeOfTheClient) {
  connect();
  contexts_.client.setVerifyHostName(true);
  EXPECT_FALSE(connect().first.isResumed());
}

TEST_F(SslSessionTest, IsNotResumedAfterAChangeOfTheServer) {
  connect();
  contexts_.files.loadInto(contexts_.server);
  EXPECT_FALSE(connect().first.isResumed());
}

TEST_F(SslSessionTest, IsNotResumedAfterAFailure) {
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  EXPECT_THROW(connect("other.example"), SSLHandshakeException);
  EXPECT_THROW(connect("other.example"), SSLHandshakeException);
}

TEST_F(SslSessionTest, HasTheClientsWholeChainAfterResumption) {
  const TestCertificate intermediate(authorityOptions("In between"), &contexts_.authority);
  CertificateOptions ada;
  ada.commonName = "ada";
  const TestCertificate own(ada, &intermediate);
  CertificateFiles(own, "", &intermediate).loadInto(contexts_.client);
  contexts_.server.loadTrustedCertificates(contexts_.authorityFiles.chain());
  contexts_.server.setNeedClientAuth(true);
  for (const SSLProtocol highest : {SSLProtocol::tls13, SSLProtocol::tls12}) {
    contexts_.client.setProtocols(SSLProtocol::tls12, highest);
    connect();
    const auto [client, server] = connect();
    EXPECT_TRUE(server.isResumed());
    ASSERT_EQ(server.getPeerCertificates().size(), 2u);
    EXPECT_EQ(server.getPeerCertificates()[0].subject, "CN=ada");
    EXPECT_EQ(server.getPeerCertificates()[1].subject, "CN=In between");
  }
}

}  // namespace

}  // namespace netlite::test
