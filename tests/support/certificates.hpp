// SPDX-License-Identifier: MIT
//
// Certificates for the tests, made on the spot: no test depends on a file or on a day.
// Thread-safety: const access from several threads is safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace netlite::test {

/// What a certificate says.
struct CertificateOptions {
  std::string commonName = "localhost";
  std::vector<std::string> alternativeNames = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
  int firstDay = -1;  // from today
  int lastDay = 30;
  bool isAuthority = false;
  int maxIntermediates = -1;  // of an authority: its pathlen; negative: no limit
  std::string purpose;        // "serverAuth", "clientAuth"; empty: both
  std::string curve;          // "P-256" unless rsaBits is set
  int rsaBits = 0;            // 0: a key of the curve
  bool isSignedBySha1 = false;
};

/// A certificate and its key.
class TestCertificate {
 public:
  /// @param issuer whose key signs it; null: its own
  explicit TestCertificate(const CertificateOptions& options, const TestCertificate* issuer = nullptr);
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string pem() const;
  std::string keyPem(const std::string& password = "") const;

  /// For a peer that is OpenSSL's: an X509* and an EVP_PKEY*.
  void* certificate() const noexcept;
  void* key() const noexcept;

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
};

/// The certificate of an authority.
inline CertificateOptions authorityOptions(const std::string& commonName = "Test authority") {
  CertificateOptions options;
  options.commonName = commonName;
  options.alternativeNames.clear();
  options.isAuthority = true;
  return options;
}

}  // namespace netlite::test
