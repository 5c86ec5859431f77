// SPDX-License-Identifier: MIT
//
// The system's trusted certificates, for Windows.
// Thread-safety: see the header.
#include <windows.h>
// windows.h before this one: it defines names that OpenSSL's headers undefine.
#include <wincrypt.h>

#include "ssl/system_certificates.hpp"

#include <memory>

namespace netlite::ssl {

namespace {

struct ClosedStore {
  void operator()(void* store) const noexcept { CertCloseStore(store, 0); }
};

// A certificate that OpenSSL cannot parse is one that no peer's chain can end in.
bool add(X509_STORE* store, const CERT_CONTEXT& encoded) {
  const unsigned char* bytes = encoded.pbCertEncoded;
  const OwnedX509 certificate(d2i_X509(nullptr, &bytes, static_cast<long>(encoded.cbCertEncoded)));
  const bool isAdded = certificate == nullptr || X509_STORE_add_cert(store, certificate.get()) == 1;
  ERR_clear_error();
  return isAdded;
}

}  // namespace

// OpenSSL has no default paths that exist here; the variables of the environment are honoured nevertheless.
bool addSystemCertificates(X509_STORE* store) {
  if (X509_STORE_set_default_paths(store) != 1) return false;
  const std::unique_ptr<void, ClosedStore> roots(CertOpenSystemStoreW(0, L"ROOT"));
  if (roots == nullptr) return true;
  const CERT_CONTEXT* encoded = nullptr;
  while ((encoded = CertEnumCertificatesInStore(roots.get(), encoded)) != nullptr) {
    if (!add(store, *encoded)) {
      CertFreeCertificateContext(encoded);
      return false;
    }
  }
  return true;
}

}  // namespace netlite::ssl
