// SPDX-License-Identifier: MIT
//
// SSLCertificate: what a certificate of a TLS peer says.
#pragma once

#include <netlite/export.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace netlite {

/// What a certificate of a TLS peer says (SSLSession::getPeerCertificates).
///
/// Thread-safety: a value; const access from several threads is safe.
struct SSLCertificate {
  /// Whose certificate it is, as RFC 2253 writes it, in UTF-8: "CN=example.com,O=Example,C=US". No name of a host:
  /// these are in subjectAlternativeNames.
  std::string subject;

  /// Who has signed it, written as the subject.
  std::string issuer;

  /// The names that it is valid for: host names, IP addresses and others, without a prefix that says which.
  std::vector<std::string> subjectAlternativeNames;

  /// The first moment at which it is valid.
  std::chrono::system_clock::time_point notBefore;

  /// The last moment at which it is valid.
  std::chrono::system_clock::time_point notAfter;

  /// The SHA-256 of its bytes, in upper-case hexadecimal with colons: "AB:01:...".
  std::string sha256Fingerprint;

  /// The whole certificate as PEM text.
  std::string pem;
};

}  // namespace netlite
