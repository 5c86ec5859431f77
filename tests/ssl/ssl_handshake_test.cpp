// SPDX-License-Identifier: MIT
//
// Handshakes: whom a side trusts, what both agree on, and what it says when they do not.
#include "support/openssl_peer.hpp"
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

using namespace std::chrono_literals;

namespace netlite::test {

namespace {

std::string peerOf(const std::exception_ptr& failure) {
  const std::string what = whatOf(failure);
  return what.substr(0, what.find(": "));
}

/// A certificate that a client has to refuse, and what it says.
struct Refused {
  const char* name;
  CertificateOptions options;
  const char* host;
  const char* reason;
};

CertificateOptions namedAs(const std::vector<std::string>& alternativeNames) {
  CertificateOptions options;
  options.alternativeNames = alternativeNames;
  return options;
}

CertificateOptions validFrom(int firstDay, int lastDay) {
  CertificateOptions options;
  options.firstDay = firstDay;
  options.lastDay = lastDay;
  return options;
}

CertificateOptions forPurpose(const std::string& purpose) {
  CertificateOptions options;
  options.purpose = purpose;
  return options;
}

CertificateOptions personOptions(const std::string& name) {
  CertificateOptions options = namedAs({});
  options.commonName = name;
  return options;
}

std::vector<Refused> refused() {
  return {
      {"Expired", validFrom(-10, -1), "localhost", "certificate has expired (20"},
      {"NotYetValid", validFrom(2, 10), "localhost", "certificate is not valid yet (from 20"},
      {"ForAnotherName", namedAs({"DNS:a.example"}), "b.example", "certificate is for a.example, not for b.example"},
      {"WithACommonNameOnly", namedAs({}), "localhost", "no subject alternative names"},
      {"ForAnAddressAsName", namedAs({"DNS:127.0.0.1"}), "127.0.0.1", "certificate is for 127.0.0.1, not for"},
      {"ForANameAsAddress", namedAs({"IP:127.0.0.1"}), "localhost", "certificate is for 127.0.0.1, not for localhost"},
      {"AStarForTwoLabels", namedAs({"DNS:*.example.com"}), "a.b.example.com", "not for a.b.example.com"},
      {"AStarForNoLabel", namedAs({"DNS:*.example.com"}), "example.com", "not for example.com"},
      {"AStarForAPartOfALabel", namedAs({"DNS:www*.example.com"}), "www1.example.com", "not for www1.example.com"},
      {"AStarInAnotherLabel", namedAs({"DNS:www.*.com"}), "www.example.com", "not for www.example.com"},
      {"ForAnotherPurpose", forPurpose("clientAuth"), "localhost", "certificate is for another purpose"},
  };
}

class RefusedCertificateTest : public testing::TestWithParam<Refused> {};

TEST_P(RefusedCertificateTest, EndsTheHandshakeWithAReason) {
  TlsContexts contexts;
  const TestCertificate certificate(GetParam().options, &contexts.authority);
  CertificateFiles(certificate).loadInto(contexts.server);
  const Attempt made = attempt(contexts.client, contexts.server, GetParam().host);
  EXPECT_TRUE(is<SSLHandshakeException>(made.client)) << whatOf(made.client);
  EXPECT_TRUE(contains(whatOf(made.client), GetParam().reason)) << whatOf(made.client);
  EXPECT_EQ(peerOf(made.client).rfind("handshake with localhost/127.0.0.1:", 0), 0u) << whatOf(made.client);
  EXPECT_TRUE(is<SSLHandshakeException>(made.server)) << whatOf(made.server);
}

INSTANTIATE_TEST_SUITE_P(Ssl, RefusedCertificateTest, testing::ValuesIn(refused()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

class SslHandshakeTest : public testing::Test {
 protected:
  /// The client's failure with a server that shows this certificate.
  std::exception_ptr failureWith(const CertificateFiles& files) {
    files.loadInto(contexts_.server);
    return attempt(contexts_.client, contexts_.server).client;
  }

  TlsContexts contexts_;
};

TEST_F(SslHandshakeTest, AcceptsAStarForTheLeftmostLabel) {
  const TestCertificate certificate(namedAs({"DNS:*.example.com"}), &contexts_.authority);
  CertificateFiles(certificate).loadInto(contexts_.server);
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server, "www.example.com").client), "");
}

TEST_F(SslHandshakeTest, AcceptsAnAbsoluteName) {
  const TestCertificate certificate(namedAs({"DNS:example.com"}), &contexts_.authority);
  CertificateFiles(certificate).loadInto(contexts_.server);
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server, "example.com.").client), "");
}

TEST_F(SslHandshakeTest, AcceptsAnAddressOfItsOwnKind) {
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server, "127.0.0.1").client), "");
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server, "[::1]").client), "");
}

TEST_F(SslHandshakeTest, RefusesACertificateThatIsSignedByItself) {
  const TestCertificate certificate(CertificateOptions{});
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate));
  EXPECT_TRUE(contains(whatOf(failure), "certificate is signed by itself and not trusted")) << whatOf(failure);
}

TEST_F(SslHandshakeTest, AcceptsACertificateThatIsItselfTrusted) {
  const TestCertificate certificate(CertificateOptions{});
  const CertificateFiles files(certificate);
  contexts_.client.loadTrustedCertificates(files.chain());
  EXPECT_EQ(whatOf(failureWith(files)), "");
}

TEST_F(SslHandshakeTest, AcceptsATrustedCertificateWhoeverHasSignedIt) {
  const TestCertificate stranger(authorityOptions("A stranger"));
  const TestCertificate certificate({}, &stranger);
  const CertificateFiles files(certificate);
  contexts_.client.loadTrustedCertificates(files.chain());
  EXPECT_EQ(whatOf(failureWith(files)), "");
}

TEST_F(SslHandshakeTest, RefusesAnUnknownIssuer) {
  const TestCertificate stranger(authorityOptions("A stranger"));
  const TestCertificate certificate({}, &stranger);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate));
  EXPECT_TRUE(contains(whatOf(failure), "is signed by CN=A stranger, which is not trusted")) << whatOf(failure);
}

TEST_F(SslHandshakeTest, RefusesAnAuthorityThatIsNotTrusted) {
  const TestCertificate stranger(authorityOptions("A stranger"));
  const TestCertificate certificate({}, &stranger);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate, "", &stranger));
  EXPECT_TRUE(contains(whatOf(failure), "not trusted: CN=A stranger")) << whatOf(failure);
}

TEST_F(SslHandshakeTest, TrustsTheSystemOnlyByDefault) {
  SSLContext client;
  EXPECT_TRUE(is<SSLHandshakeException>(attempt(client, contexts_.server).client));
}

TEST_F(SslHandshakeTest, NeedsTheIntermediateCertificate) {
  const TestCertificate intermediate(authorityOptions("In between"), &contexts_.authority);
  const TestCertificate certificate({}, &intermediate);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate));
  EXPECT_TRUE(contains(whatOf(failure), "CN=In between, which is not trusted, or a certificate between"))
      << whatOf(failure);
  EXPECT_EQ(whatOf(failureWith(CertificateFiles(certificate, "", &intermediate))), "");
}

TEST_F(SslHandshakeTest, RefusesAnIssuerThatIsNoAuthority) {
  const TestCertificate notAuthority(personOptions("Somebody"), &contexts_.authority);
  const TestCertificate certificate({}, &notAuthority);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate, "", &notAuthority));
  EXPECT_TRUE(is<SSLHandshakeException>(failure));
  EXPECT_TRUE(contains(whatOf(failure), "CN=Somebody may not sign certificates, but has signed one"))
      << whatOf(failure);
}

TEST_F(SslHandshakeTest, RefusesMoreIntermediatesThanAnAuthorityMayHave) {
  CertificateOptions options = authorityOptions("Without intermediates");
  options.maxIntermediates = 0;
  const TestCertificate authority(options);
  contexts_.client.loadTrustedCertificates(CertificateFiles(authority).chain());
  const TestCertificate intermediate(authorityOptions("In between"), &authority);
  const TestCertificate certificate({}, &intermediate);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate, "", &intermediate));
  EXPECT_TRUE(contains(whatOf(failure), "may not sign certificates of authorities, but has signed one"))
      << whatOf(failure);
}

TEST_F(SslHandshakeTest, RefusesAForgedCertificate) {
  const TestCertificate ofTheSameName(authorityOptions());
  const TestCertificate certificate({}, &ofTheSameName);
  const std::exception_ptr failure = failureWith(CertificateFiles(certificate));
  EXPECT_TRUE(contains(whatOf(failure), "has a signature that is forged or damaged")) << whatOf(failure);
}

/// What a client of the context throws that meets a server which OpenSSL runs.
std::exception_ptr failureAgainst(SSLContext& client, const TestCertificate& certificate,
                                  const std::function<void(OpenSslPeer&)>& prepare = {}) {
  Pair pair = connectedPair();
  OpenSslPeer server(std::move(pair.server), certificate);
  if (prepare) prepare(server);
  const JoinedThread serversSide([&] {
    failureOf([&] { server.handshake(); });
    server.socket().close();
  });
  return failureOf([&] { client.createSocket(std::move(pair.client), "localhost"); });
}

TEST_F(SslHandshakeTest, RefusesAWeakKey) {
  CertificateOptions weak;
  weak.rsaBits = 1024;
  const TestCertificate certificate(weak, &contexts_.authority);
  const std::exception_ptr failure = failureAgainst(contexts_.client, certificate);
  EXPECT_TRUE(contains(whatOf(failure), "has a key that is too weak")) << whatOf(failure);
}

TEST_F(SslHandshakeTest, RefusesAWeakSignature) {
  CertificateOptions weak;
  weak.isSignedBySha1 = true;
  std::unique_ptr<TestCertificate> certificate;
  failureOf([&] { certificate = std::make_unique<TestCertificate>(weak, &contexts_.authority); });
  if (certificate == nullptr) GTEST_SKIP() << "this system's OpenSSL makes no such signatures";
  const std::exception_ptr failure = failureAgainst(contexts_.client, *certificate);
  EXPECT_TRUE(contains(whatOf(failure), "is signed by a weak algorithm")) << whatOf(failure);
}

TEST_F(SslHandshakeTest, ChecksNoNameIfToldSo) {
  contexts_.client.setVerifyHostName(false);
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server, "other.example").client), "");
}

TEST_F(SslHandshakeTest, RefusesHostsThatWouldMatchAnything) {
  for (const std::string& host :
       {std::string(), std::string(".example.com"), std::string("a\0b", 3), std::string(".")}) {
    EXPECT_THROW(contexts_.client.createSocket(connectedPair().client, host), std::invalid_argument);
    EXPECT_THROW(contexts_.client.createSocket(host, 443), std::invalid_argument);
  }
}

TEST_F(SslHandshakeTest, RefusesOlderVersions) {
  for (const int version : {TLS1_1_VERSION, TLS1_VERSION}) {
    const std::exception_ptr failure = failureAgainst(contexts_.client, contexts_.certificate,
                                                      [version](OpenSslPeer& server) { server.setVersion(version); });
    EXPECT_TRUE(contains(whatOf(failure), "no protocol in common")) << whatOf(failure);
  }
}

TEST_F(SslHandshakeTest, AgreesOnTheNewestVersion) {
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.client).getProtocol(), "TLSv1.3");
  EXPECT_EQ(SSLSession::of(pair.server).getProtocol(), "TLSv1.3");
}

TEST_F(SslHandshakeTest, AgreesOnTheHighestThatIsSet) {
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.server).getProtocol(), "TLSv1.2");
}

TEST_F(SslHandshakeTest, FailsWithoutAProtocolInCommon) {
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  contexts_.server.setProtocols(SSLProtocol::tls13, SSLProtocol::tls13);
  const Attempt made = attempt(contexts_.client, contexts_.server);
  EXPECT_TRUE(contains(whatOf(made.client), "no protocol in common")) << whatOf(made.client);
  EXPECT_TRUE(contains(whatOf(made.server), "no protocol in common")) << whatOf(made.server);
}

TEST_F(SslHandshakeTest, UsesTheCipherSuiteThatIsSet) {
  contexts_.client.setCipherSuites("TLS_CHACHA20_POLY1305_SHA256:ECDHE-ECDSA-AES256-GCM-SHA384");
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.server).getCipherSuite(), "TLS_CHACHA20_POLY1305_SHA256");
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  Pair older = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(older.server).getCipherSuite(), "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_F(SslHandshakeTest, LetsTheServerChooseTheCipherSuite) {
  contexts_.client.setCipherSuites("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384");
  contexts_.server.setCipherSuites("TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.client).getCipherSuite(), "TLS_AES_256_GCM_SHA384");
}

TEST_F(SslHandshakeTest, FailsWithoutACipherSuiteInCommon) {
  contexts_.client.setCipherSuites("TLS_AES_128_GCM_SHA256");
  contexts_.server.setCipherSuites("TLS_AES_256_GCM_SHA384");
  const Attempt made = attempt(contexts_.client, contexts_.server);
  EXPECT_TRUE(contains(whatOf(made.server), "no cipher suite in common")) << whatOf(made.server);
  EXPECT_TRUE(is<SSLHandshakeException>(made.client)) << whatOf(made.client);
}

TEST_F(SslHandshakeTest, OffersForwardSecrecyAndAuthenticatedEncryptionOnly) {
  contexts_.server.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  contexts_.client.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  contexts_.client.setCipherSuites("ECDHE-ECDSA-AES128-SHA256");
  EXPECT_TRUE(is<SSLHandshakeException>(attempt(contexts_.client, contexts_.server).client));
}

TEST_F(SslHandshakeTest, LetsTheServerChooseTheApplicationProtocol) {
  contexts_.client.setApplicationProtocols({"http/1.1", "h2"});
  contexts_.server.setApplicationProtocols({"h2", "http/1.1"});
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.client).getApplicationProtocol(), "h2");
  EXPECT_EQ(SSLSession::of(pair.server).getApplicationProtocol(), "h2");
}

TEST_F(SslHandshakeTest, HasNoApplicationProtocolIfOneSideHasNone) {
  contexts_.client.setApplicationProtocols({"h2"});
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.client).getApplicationProtocol(), "");
  EXPECT_EQ(SSLSession::of(pair.server).getApplicationProtocol(), "");
}

TEST_F(SslHandshakeTest, FailsWithoutAnApplicationProtocolInCommon) {
  contexts_.client.setApplicationProtocols({"h2"});
  contexts_.server.setApplicationProtocols({"http/1.1"});
  const Attempt made = attempt(contexts_.client, contexts_.server);
  EXPECT_TRUE(contains(whatOf(made.client), "no application protocol in common")) << whatOf(made.client);
  EXPECT_TRUE(contains(whatOf(made.server), "no application protocol in common")) << whatOf(made.server);
}

TEST_F(SslHandshakeTest, FailsWithoutACertificate) {
  SSLContext empty;
  const Attempt made = attempt(contexts_.client, empty);
  EXPECT_TRUE(contains(whatOf(made.server), ": no certificate loaded")) << whatOf(made.server);
  EXPECT_TRUE(is<SSLHandshakeException>(made.server));
  EXPECT_TRUE(is<SSLHandshakeException>(made.client)) << whatOf(made.client);
}

std::string nameSeenBy(Socket client) {
  return SSLSession::of(client).getPeerCertificates().front().subjectAlternativeNames.front();
}

TEST_F(SslHandshakeTest, ChoosesTheCertificateByTheNameThatTheClientWants) {
  const TestCertificate exact(namedAs({"DNS:www.example.com"}), &contexts_.authority);
  const TestCertificate star(namedAs({"DNS:*.example.com"}), &contexts_.authority);
  const CertificateFiles exactFiles(exact);
  const CertificateFiles starFiles(star);
  contexts_.server.addCertificate("WWW.example.com", exactFiles.chain(), exactFiles.key());
  contexts_.server.addCertificate("*.example.com", starFiles.chain(), starFiles.key());
  EXPECT_EQ(nameSeenBy(tlsPair(contexts_.client, contexts_.server, "www.example.com").client), "www.example.com");
  EXPECT_EQ(nameSeenBy(tlsPair(contexts_.client, contexts_.server, "ftp.example.com").client), "*.example.com");
  EXPECT_EQ(nameSeenBy(tlsPair(contexts_.client, contexts_.server, "localhost").client), "localhost");
}

TEST_F(SslHandshakeTest, ChoosesTheCertificateByNameEvenIfTheDefaultOneHasAKeyOfAnotherKind) {
  CertificateOptions options = namedAs({"DNS:www.example.com"});
  options.rsaBits = 2048;
  const TestCertificate rsa(options, &contexts_.authority);
  const CertificateFiles files(rsa);
  contexts_.server.addCertificate("www.example.com", files.chain(), files.key());
  EXPECT_EQ(nameSeenBy(tlsPair(contexts_.client, contexts_.server, "www.example.com").client), "www.example.com");
  EXPECT_EQ(nameSeenBy(tlsPair(contexts_.client, contexts_.server, "localhost").client), "localhost");
}

TEST_F(SslHandshakeTest, ShowsARenewedCertificateToNewClients) {
  ServerSocket server = tlsServer(contexts_.server);
  const TestCertificate renewed(namedAs({"DNS:renewed.example"}), &contexts_.authority);
  CertificateFiles(renewed).loadInto(contexts_.server);
  Socket plain(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket accepted = server.accept();
  const JoinedThread serversSide([&] { SSLSession::of(accepted); });
  Socket client = contexts_.client.createSocket(std::move(plain), "renewed.example");
  EXPECT_EQ(nameSeenBy(std::move(client)), "renewed.example");
}

// ---- clients with certificates --------------------------------------------------------------------------------------

class ClientCertificateTest : public SslHandshakeTest {
 protected:
  ClientCertificateTest() { contexts_.server.loadTrustedCertificates(contexts_.authorityFiles.chain()); }

  /// What the client's first read throws: in TLS 1.3 it has completed its handshake when the server refuses.
  static std::exception_ptr firstRead(Attempt& made) {
    if (made.client != nullptr) return made.client;
    return failureOf([&] { made.pair.client.getInputStream().read(); });
  }
};

TEST_F(ClientCertificateTest, IsShownToAServerThatNeedsOne) {
  contexts_.server.setNeedClientAuth(true);
  const TestCertificate own(personOptions("ada"), &contexts_.authority);
  CertificateFiles(own).loadInto(contexts_.client);
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_EQ(SSLSession::of(pair.server).getPeerCertificates().front().subject, "CN=ada");
}

TEST_F(ClientCertificateTest, IsRequiredByAServerThatNeedsOne) {
  contexts_.server.setNeedClientAuth(true);
  for (const SSLProtocol highest : {SSLProtocol::tls13, SSLProtocol::tls12}) {
    contexts_.client.setProtocols(SSLProtocol::tls12, highest);
    Attempt made = attempt(contexts_.client, contexts_.server);
    EXPECT_TRUE(contains(whatOf(made.server), ": the peer showed no certificate")) << whatOf(made.server);
    const std::exception_ptr failure = firstRead(made);
    EXPECT_TRUE(is<SSLHandshakeException>(failure)) << whatOf(failure);
  }
}

TEST_F(ClientCertificateTest, MayBeMissingIfTheServerOnlyWantsOne) {
  contexts_.server.setWantClientAuth(true);
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_THROW(SSLSession::of(pair.server).getPeerCertificates(), SSLPeerUnverifiedException);
}

TEST_F(ClientCertificateTest, IsRefusedIfItIsNotTrusted) {
  const TestCertificate stranger(personOptions("eve"));
  CertificateFiles(stranger).loadInto(contexts_.client);
  for (const bool isNeeded : {true, false}) {
    isNeeded ? contexts_.server.setNeedClientAuth(true) : contexts_.server.setWantClientAuth(true);
    Attempt made = attempt(contexts_.client, contexts_.server);
    EXPECT_TRUE(contains(whatOf(made.server), "certificate is signed by itself and not trusted"))
        << whatOf(made.server);
    const std::exception_ptr failure = firstRead(made);
    EXPECT_TRUE(is<SSLHandshakeException>(failure)) << whatOf(failure);
    EXPECT_TRUE(contains(whatOf(failure), "the peer does not trust this side's certificate")) << whatOf(failure);
  }
}

TEST_F(ClientCertificateTest, IsRefusedIfItIsForServers) {
  contexts_.server.setNeedClientAuth(true);
  const TestCertificate own(forPurpose("serverAuth"), &contexts_.authority);
  CertificateFiles(own).loadInto(contexts_.client);
  const Attempt made = attempt(contexts_.client, contexts_.server);
  EXPECT_TRUE(contains(whatOf(made.server), "certificate is for another purpose")) << whatOf(made.server);
}

TEST_F(ClientCertificateTest, IsNotAskedForByDefault) {
  const TestCertificate stranger(personOptions("eve"));
  CertificateFiles(stranger).loadInto(contexts_.client);
  Pair pair = tlsPair(contexts_.client, contexts_.server);
  EXPECT_THROW(SSLSession::of(pair.server).getPeerCertificates(), SSLPeerUnverifiedException);
}

TEST_F(ClientCertificateTest, IsNotAskedForOnceThatIsSwitchedOff) {
  contexts_.server.setWantClientAuth(true);
  contexts_.server.setNeedClientAuth(false);
  const TestCertificate stranger(personOptions("eve"));
  CertificateFiles(stranger).loadInto(contexts_.client);
  EXPECT_EQ(whatOf(attempt(contexts_.client, contexts_.server).server), "");
}

// ---- the time that a handshake may take -----------------------------------------------------------------------------

TEST_F(SslHandshakeTest, EndsAfterTheHandshakeTimeoutForGood) {
  contexts_.server.setHandshakeTimeout(50ms);
  Pair pair = halfTlsPair(contexts_.server);
  SocketInputStream in = pair.server.getInputStream();
  const std::string what = thrownBy<SocketTimeoutException>([&] { in.read(); }).what();
  EXPECT_EQ(what.rfind("handshake with ", 0), 0u) << what;
  EXPECT_THROW(in.read(), SocketTimeoutException);
  EXPECT_THROW(pair.server.getOutputStream().write("x"), SocketTimeoutException);
}

TEST_F(SslHandshakeTest, HasATimeoutOfTenSecondsByDefaultOnEitherSide) {
  Pair pair = halfTlsPair(contexts_.server);
  Pair other = connectedPair();
  const auto start = std::chrono::steady_clock::now();
  const JoinedThread server([&] { EXPECT_THROW(pair.server.getInputStream().read(), SocketTimeoutException); });
  EXPECT_THROW(contexts_.client.createSocket(std::move(other.client), "localhost"), SocketTimeoutException);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 10s);
}

TEST_F(SslHandshakeTest, EndsAfterTheHandshakeTimeoutOnTheClientsSide) {
  contexts_.client.setHandshakeTimeout(50ms);
  Pair pair = connectedPair();
  EXPECT_THROW(contexts_.client.createSocket(std::move(pair.client), "localhost"), SocketTimeoutException);
}

TEST_F(SslHandshakeTest, GoesOnAfterTheReadTimeout) {
  Pair pair = halfTlsPair(contexts_.server);
  pair.server.setSoTimeout(20ms);
  SocketInputStream in = pair.server.getInputStream();
  EXPECT_THROW(in.read(), SocketTimeoutException);
  EXPECT_THROW(in.read(), SocketTimeoutException);
  pair.server.setSoTimeout(0ms);
  const JoinedThread clientsSide([&] {
    pair.client = contexts_.client.createSocket(std::move(pair.client), "localhost");
    pair.client.getOutputStream().write("x");
  });
  EXPECT_EQ(in.read(), 'x');
}

TEST_F(SslHandshakeTest, IsNotExtendedByADrip) {
  contexts_.server.setHandshakeTimeout(100ms);
  Pair pair = halfTlsPair(contexts_.server);
  OpenSslPeer client(std::move(pair.client));
  SSL_do_handshake(client.connection());
  const std::string hello = client.takeRecords();
  const JoinedThread drip([&] {
    failureOf([&] {
      for (const char byte : hello) {
        client.sendRaw(std::string(1, byte));
        Thread::sleep(5ms);
      }
    });
  });
  EXPECT_THROW(pair.server.getInputStream().read(), SocketTimeoutException);
  pair.server.close();
}

TEST_F(SslHandshakeTest, IsNotExtendedByADripOnTheClientsSide) {
  for (const bool usesHandshakeTimeout : {true, false}) {
    contexts_.client.setHandshakeTimeout(usesHandshakeTimeout ? 100ms : 0ms);
    ServerSocket server = loopbackServer();
    server.setSoTimeout(10s);
    const JoinedThread drip([&] {
      failureOf([&] {
        Socket accepted = server.accept();
        accepted.getOutputStream().write(std::string("\x16\x03\x03\x10\x00", 5));
        for (;;) {  // until the client closes; the record is not complete before 20 seconds
          Thread::sleep(5ms);
          accepted.getOutputStream().write("x");
        }
      });
    });
    EXPECT_THROW(contexts_.client.createSocket("127.0.0.1", server.getLocalPort(), usesHandshakeTimeout ? 0ms : 100ms),
                 SocketTimeoutException);
  }
}

TEST_F(SslHandshakeTest, IsNotExtendedByAFlood) {
  contexts_.client.setHandshakeTimeout(100ms);
  std::string requests;  // for a handshake, which a client ignores during one
  for (int i = 0; i < 1000; ++i) requests += std::string("\x16\x03\x03\0\x04\0\0\0\0", 9);
  Pair pair = connectedPair();
  const JoinedThread server([&] {
    failureOf([&] {
      for (;;) pair.server.getOutputStream().write(requests);  // until the client closes
    });
  });
  EXPECT_THROW(contexts_.client.createSocket(std::move(pair.client), "localhost"), SocketTimeoutException);
}

TEST_F(SslHandshakeTest, EndsIfAPeerStopsInTheMiddle) {
  contexts_.server.setHandshakeTimeout(100ms);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Pair pair = halfTlsPair(contexts_.server);
    OpenSslPeer client(std::move(pair.client));
    client.setVersion(version);
    SSL_do_handshake(client.connection());
    client.flush();  // the first flight, and nothing more
    EXPECT_THROW(pair.server.getInputStream().read(), SocketTimeoutException);
  }
}

TEST_F(SslHandshakeTest, CreateSocketHasOneDeadline) {
  ServerSocket silent = loopbackServer();
  EXPECT_THROW(contexts_.client.createSocket("localhost", silent.getLocalPort(), 50ms), SocketTimeoutException);
}

TEST_F(SslHandshakeTest, CreateSocketConnects) {
  ServerSocket server = tlsServer(contexts_.server);
  const JoinedThread serversSide([&] {
    Socket accepted = server.accept();
    accepted.getOutputStream().write("x");
  });
  Socket client = contexts_.client.createSocket("127.0.0.1", server.getLocalPort(), 30s);
  EXPECT_EQ(client.getInputStream().read(), 'x');
}

TEST_F(SslHandshakeTest, AFailureIsSticky) {
  SSLContext empty;
  Pair pair = halfTlsPair(empty);
  const JoinedThread clientsSide(
      [&] { failureOf([&] { contexts_.client.createSocket(std::move(pair.client), "localhost"); }); });
  const auto first = thrownBy<SSLHandshakeException>([&] { pair.server.getInputStream().read(); });
  const auto second = thrownBy<SSLHandshakeException>([&] { pair.server.getOutputStream().write("x"); });
  EXPECT_STREQ(first.what(), second.what());
  EXPECT_NE(first.code(), std::error_code());
}

TEST_F(SslHandshakeTest, ASilentClientHoldsUpNoOther) {
  TcpServer server(tlsServer(contexts_.server), [](Socket& client) {
    client.getInputStream().transferTo(*std::make_unique<SocketOutputStream>(client.getOutputStream()));
  });
  server.start();
  Socket silent(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket client = contexts_.client.createSocket("localhost", server.getLocalPort(), 10s);
  client.getOutputStream().write("x");
  EXPECT_EQ(client.getInputStream().read(), 'x');
}

}  // namespace

}  // namespace netlite::test
