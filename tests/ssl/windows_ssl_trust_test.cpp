// SPDX-License-Identifier: MIT
//
// The system's trusted certificates, which on Windows are in a store of the user.
#include <windows.h>
// windows.h before these: it defines names that OpenSSL's headers undefine.
#include <wincrypt.h>

#include "support/system.hpp"
#include "support/tls.hpp"

#include <openssl/x509.h>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace netlite::test {

namespace {

std::string encoded(const TestCertificate& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(static_cast<X509*>(certificate.certificate()), &bytes);
  std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

/// A certificate in the store of those that the user trusts, as long as it lives.
class TrustedByTheUser {
 public:
  explicit TrustedByTheUser(const TestCertificate& certificate) {
    const std::string bytes = encoded(certificate);
    is_added_ =
        CertAddEncodedCertificateToStore(store_, X509_ASN_ENCODING, reinterpret_cast<const BYTE*>(bytes.data()),
                                         static_cast<DWORD>(bytes.size()), CERT_STORE_ADD_ALWAYS, &added_) != 0 &&
        CertControlStore(store_, 0, CERT_STORE_CTRL_COMMIT, nullptr) != 0;
  }
  ~TrustedByTheUser() {
    if (added_ != nullptr) CertDeleteCertificateFromStore(added_);
    CertControlStore(store_, 0, CERT_STORE_CTRL_COMMIT, nullptr);
    CertCloseStore(store_, 0);
  }
  TrustedByTheUser(const TrustedByTheUser&) = delete;
  TrustedByTheUser& operator=(const TrustedByTheUser&) = delete;

  bool isAdded() const noexcept { return is_added_; }

 private:
  HCERTSTORE store_ = CertOpenSystemStoreW(0, L"ROOT");
  const CERT_CONTEXT* added_ = nullptr;
  bool is_added_ = false;
};

TEST(SslTrustTest, AClientTrustsWhatTheUserOfWindowsTrusts) {
  if (!runsUnderWine()) GTEST_SKIP() << "Windows would ask the user";
  // A run that was interrupted leaves its authority in the store, so each has another name.
  const TestCertificate authority(authorityOptions("Test authority " + std::to_string(std::random_device()())));
  const TestCertificate certificate({}, &authority);
  SSLContext server;
  CertificateFiles(certificate).loadInto(server);
  SSLContext client;
  EXPECT_TRUE(is<SSLHandshakeException>(attempt(client, server).client));
  const TrustedByTheUser trusted(authority);
  ASSERT_TRUE(trusted.isAdded());
  SSLContext later;
  EXPECT_EQ(whatOf(attempt(later, server).client), "");
}

}  // namespace

}  // namespace netlite::test
