// SPDX-License-Identifier: MIT
//
// Certificates and keys from files.
// Thread-safety: no shared state.
#pragma once

#include "ssl/openssl.hpp"

#include <string>

namespace netlite::ssl {

/// Who a side is: its certificate, those that lead to a trusted one, and the private key.
struct Identity {
  OwnedX509 certificate;
  Certificates chain;
  OwnedKey key;
};

/// Loads and checks what SSLContext::loadCertificate says.
/// @throws SSLException
Identity loadIdentity(const std::string& chainFile, const std::string& keyFile, const std::string& password);

/// Loads the certificates of a file, at least one.
/// @throws SSLException
Certificates loadCertificates(const std::string& file);

/// Whether OpenSSL accepted the identity for a context or a connection.
bool use(SSL_CTX* context, const Identity& identity);
bool use(SSL* connection, const Identity& identity);

}  // namespace netlite::ssl
