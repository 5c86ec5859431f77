// SPDX-License-Identifier: MIT
//
// The system's trusted certificates, which on POSIX a variable of the environment can name.
#include "support/tls.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

namespace netlite::test {

namespace {

TEST(SslTrustTest, AClientTrustsWhatTheSystemTrusts) {
  TlsContexts contexts;
  ::setenv("SSL_CERT_FILE", contexts.authorityFiles.chain().c_str(), 1);
  SSLContext client;
  const Attempt made = attempt(client, contexts.server);
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(whatOf(made.client), "");
}

TEST(SslTrustTest, AClientWithItsOwnTrustedCertificatesTrustsNoOthers) {
  TlsContexts contexts;
  const TlsContexts others;
  ::setenv("SSL_CERT_FILE", contexts.authorityFiles.chain().c_str(), 1);
  SSLContext client;
  client.loadTrustedCertificates(others.authorityFiles.chain());
  const Attempt made = attempt(client, contexts.server);
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_TRUE(is<SSLHandshakeException>(made.client));
}

}  // namespace

}  // namespace netlite::test
