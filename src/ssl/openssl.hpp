// SPDX-License-Identifier: MIT
//
// OpenSSL's headers, and owners of its objects.
// Thread-safety: as for std::unique_ptr.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <new>
#include <vector>

namespace netlite::ssl {

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

inline void freeStack(STACK_OF(X509) * stack) noexcept { sk_X509_pop_free(stack, X509_free); }
inline void freeText(char* text) noexcept { OPENSSL_free(text); }

using OwnedBio = std::unique_ptr<BIO, Freed<BIO_free>>;
using OwnedContext = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using OwnedSession = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;
using OwnedSsl = std::unique_ptr<SSL, Freed<SSL_free>>;
using OwnedX509 = std::unique_ptr<X509, Freed<X509_free>>;

/// Certificates are never changed, so several contexts share them.
using Certificates = std::vector<OwnedX509>;

/// Returns the object, or throws std::bad_alloc if it is null: for functions that fail only when memory runs out.
template <typename T>
T* orBadAlloc(T* object) {
  if (object == nullptr) throw std::bad_alloc();
  return object;
}

}  // namespace netlite::ssl
