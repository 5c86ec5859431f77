// SPDX-License-Identifier: MIT
//
// The settings of SSLContext: files of certificates and keys, and arguments that are not allowed.
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace netlite::test {

namespace {

class SslContextTest : public testing::Test {
 protected:
  /// What loading these files throws.
  std::string failureOfLoading(const std::string& chain, const std::string& key, const std::string& password = "") {
    return thrownBy<SSLException>([&] { context_.loadCertificate(chain, key, password); }).what();
  }

  /// Whether the exception says that there is no such file, in the system's words.
  static bool isMissing(const SSLException& failure, const std::string& file) {
    const bool namesIt = failure.what() == "load " + file + ": " + failure.code().message();
    return namesIt && failure.code() == std::errc::no_such_file_or_directory;
  }

  const TestCertificate certificate_{CertificateOptions{}};
  const CertificateFiles files_{certificate_};
  const ScratchFolder folder_;
  SSLContext context_;
};

TEST_F(SslContextTest, LoadsACertificateAndItsKey) {
  EXPECT_NO_THROW(context_.loadCertificate(files_.chain(), files_.key()));
}

TEST_F(SslContextTest, NamesAFileThatIsMissing) {
  const std::string missing = folder_ / "missing.pem";
  const auto failureOf = [](const auto& load) { return thrownBy<SSLException>(load); };
  EXPECT_TRUE(isMissing(failureOf([&] { context_.loadCertificate(files_.chain(), missing); }), missing));
  EXPECT_TRUE(isMissing(failureOf([&] { context_.loadCertificate(missing, files_.key()); }), missing));
  EXPECT_TRUE(isMissing(failureOf([&] { context_.loadTrustedCertificates(missing); }), missing));
}

TEST_F(SslContextTest, RefusesAKeyOfAnotherCertificate) {
  const TestCertificate other(CertificateOptions{});
  const CertificateFiles otherFiles(other);
  const std::string what = failureOfLoading(files_.chain(), otherFiles.key());
  EXPECT_EQ(what, "load " + otherFiles.key() + ": does not belong to the certificate in " + files_.chain());
}

TEST_F(SslContextTest, RefusesAKeyOfAnotherKind) {
  CertificateOptions rsa;
  rsa.rsaBits = 2048;
  const TestCertificate other(rsa);
  const CertificateFiles otherFiles(other);
  EXPECT_TRUE(contains(failureOfLoading(files_.chain(), otherFiles.key()), "does not belong to the certificate"));
}

TEST_F(SslContextTest, LoadsAnEncryptedKeyWithItsPassword) {
  const CertificateFiles encrypted(certificate_, "a secret");
  EXPECT_NO_THROW(context_.loadCertificate(encrypted.chain(), encrypted.key(), "a secret"));
}

TEST_F(SslContextTest, RefusesAWrongPassword) {
  const CertificateFiles encrypted(certificate_, "a secret");
  const std::string what = "load " + encrypted.key() + ": wrong password";
  EXPECT_EQ(failureOfLoading(encrypted.chain(), encrypted.key(), "a guess"), what);
  EXPECT_EQ(failureOfLoading(encrypted.chain(), encrypted.key()).rfind(what, 0), 0u);
}

TEST_F(SslContextTest, RefusesFilesWithSomethingElseInThem) {
  const std::string junk = folder_ / "junk.pem";
  writeFile(junk, "no PEM at all\n");
  EXPECT_EQ(failureOfLoading(junk, files_.key()), "load " + junk + ": has no certificate in it");
  EXPECT_EQ(failureOfLoading(files_.chain(), junk), "load " + junk + ": has no private key in it");
  EXPECT_EQ(failureOfLoading(files_.chain(), files_.chain()), "load " + files_.chain() + ": has no private key in it");
  EXPECT_THROW(context_.loadTrustedCertificates(junk), SSLException);
}

TEST_F(SslContextTest, RefusesAMalformedCertificate) {
  std::string pem = certificate_.pem();
  pem[60] = pem[60] == 'A' ? 'B' : 'A';
  pem[61] = '!';
  const std::string malformed = folder_ / "malformed.pem";
  writeFile(malformed, certificate_.pem() + pem);
  EXPECT_EQ(failureOfLoading(malformed, files_.key()), "load " + malformed + ": has a malformed certificate in it");
}

TEST_F(SslContextTest, RefusesAWeakKey) {
  CertificateOptions weak;
  weak.rsaBits = 1024;
  const TestCertificate weakCertificate(weak);
  const CertificateFiles weakFiles(weakCertificate);
  EXPECT_TRUE(contains(failureOfLoading(weakFiles.chain(), weakFiles.key()), "the key is too weak"));
}

TEST_F(SslContextTest, KeepsTheOldCertificateIfANewOneCannotBeLoaded) {
  TlsContexts contexts;
  EXPECT_THROW(contexts.server.loadCertificate(folder_ / "missing", folder_ / "missing"), SSLException);
  EXPECT_EQ(whatOf(attempt(contexts.client, contexts.server).client), "");
}

TEST_F(SslContextTest, NamesAFileThatCannotBeRead) {
  std::filesystem::permissions(files_.key(), std::filesystem::perms::none);
  if (std::ifstream(files_.key())) GTEST_SKIP() << "this user may read every file";
  EXPECT_EQ(failureOfLoading(files_.chain(), files_.key()), "load " + files_.key() + ": Permission denied");
}

TEST_F(SslContextTest, NamesAFolderThatIsNoFile) {
  EXPECT_EQ(failureOfLoading(folder_.path(), files_.key()).rfind("load " + folder_.path() + ": ", 0), 0u);
}

TEST_F(SslContextTest, RefusesCipherSuitesThatItDoesNotKnow) {
  for (const char* const list : {"", ":", "TLS_AES_256_GCM_SHA384:", "HIGH", "!aNULL", "TLS_AES_256", "NULL-SHA256",
                                 "ADH-AES256-GCM-SHA384", "RC4-MD5"}) {
    EXPECT_THROW(context_.setCipherSuites(list), std::invalid_argument) << list;
  }
  EXPECT_NO_THROW(context_.setCipherSuites("ECDHE-RSA-AES128-GCM-SHA256"));
}

TEST_F(SslContextTest, RefusesArgumentsThatAreNotAllowed) {
  EXPECT_THROW(context_.setProtocols(SSLProtocol::tls13, SSLProtocol::tls12), std::invalid_argument);
  EXPECT_THROW(context_.setHandshakeTimeout(-1ms), std::invalid_argument);
  EXPECT_THROW(context_.setApplicationProtocols({"h2", ""}), std::invalid_argument);
  EXPECT_THROW(context_.setApplicationProtocols({std::string(256, 'x')}), std::invalid_argument);
  EXPECT_THROW(context_.setApplicationProtocols(std::vector<std::string>(300, std::string(255, 'x'))),
               std::invalid_argument);
  EXPECT_THROW(context_.createServerSocket(65536), std::invalid_argument);
  EXPECT_THROW(context_.createSocket("localhost", 0), std::invalid_argument);
  EXPECT_THROW(context_.createSocket("localhost", 443, -1ms), std::invalid_argument);
}

TEST_F(SslContextTest, RefusesNamesThatNoClientCanAskFor) {
  for (const char* const name : {"", ".example.com", "*", "*.", "*.*.example.com", "www.*.com", "a..b", "127.0.0.1"}) {
    EXPECT_THROW(context_.addCertificate(name, files_.chain(), files_.key()), std::invalid_argument) << name;
  }
}

TEST_F(SslContextTest, CopiesShareTheirSettings) {
  TlsContexts contexts;
  SSLContext copy = contexts.server;
  copy.setProtocols(SSLProtocol::tls12, SSLProtocol::tls12);
  Pair pair = tlsPair(contexts.client, contexts.server);
  EXPECT_EQ(SSLSession::of(pair.client).getProtocol(), "TLSv1.2");
}

TEST_F(SslContextTest, SecuresASocketOnce) {
  TlsContexts contexts;
  Pair pair = tlsPair(contexts.client, contexts.server);
  EXPECT_THROW(contexts.client.createSocket(std::move(pair.client), "localhost"), SocketException);
  EXPECT_THROW(contexts.server.wrap(tlsServer(contexts.server)), SocketException);
}

TEST_F(SslContextTest, SecuresOpenConnectedSocketsOnly) {
  EXPECT_THROW(context_.acceptSocket(Socket()), SocketException);
  Pair pair = connectedPair();
  pair.client.close();
  EXPECT_THROW(context_.acceptSocket(std::move(pair.client)), SocketException);
  ServerSocket closed = loopbackServer();
  closed.close();
  EXPECT_THROW(context_.wrap(std::move(closed)), SocketException);
}

}  // namespace

}  // namespace netlite::test
