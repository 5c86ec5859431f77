// SPDX-License-Identifier: MIT
//
// What certificates say, as text.
// Thread-safety: no shared state; certificates are only read.
#pragma once

#include "ssl/openssl.hpp"

#include <netlite/ssl_certificate.hpp>

#include <string>
#include <vector>

namespace netlite::ssl {

/// A name as RFC 2253 writes it, in UTF-8.
std::string nameText(const X509_NAME* name);

/// The subject alternative names, without a prefix that says of which kind each is.
std::vector<std::string> alternativeNames(X509* certificate);

/// The day: "2026-01-01".
std::string dateText(const ASN1_TIME* time);

SSLCertificate described(X509* certificate);

}  // namespace netlite::ssl
