// SPDX-License-Identifier: MIT
//
// Loading certificates and keys.
// Thread-safety: see the header.
#include "ssl/identity.hpp"

#include "ssl/openssl_error.hpp"
#include "ssl/settings.hpp"

#include <netlite/file_input_stream.hpp>
#include <netlite/ssl_exceptions.hpp>

#include <algorithm>
#include <cstring>

namespace netlite::ssl {

namespace {

[[noreturn]] void throwLoad(const std::string& file, const std::string& reason) {
  throw SSLException(std::make_error_code(std::errc::invalid_argument), "load " + file, reason);
}

std::string contentOf(const std::string& file) {
  try {
    return FileInputStream(file).readAllBytes();
  } catch (const IOException& failure) {
    throw SSLException(failure.code(), "load " + file, failure.code().message());
  }
}

OwnedBio memory(const std::string& content) {
  return OwnedBio(orBadAlloc(BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))));
}

// What the callback of a private key gets. Without a callback OpenSSL would ask on the terminal.
struct Password {
  const std::string& text;
  bool wasAsked = false;
};

int givePassword(char* buffer, int size, int, void* data) {
  Password& password = *static_cast<Password*>(data);
  password.wasAsked = true;
  const std::size_t length = std::min(password.text.size(), static_cast<std::size_t>(size));
  std::memcpy(buffer, password.text.data(), length);
  return length == 0 ? -1 : static_cast<int>(length);
}

OwnedKey loadKey(const std::string& file, const std::string& password) {
  const std::string content = contentOf(file);
  const OwnedBio bio = memory(content);
  Password given{password};
  ERR_clear_error();
  OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, givePassword, &given));
  if (key != nullptr) return key;
  throwIfOutOfMemory();
  if (given.wasAsked)
    throwLoad(file, password.empty() ? "wrong password: it is encrypted, and none was given" : "wrong password");
  throwLoad(file, "has no private key in it");
}

// The file ends, or what follows is no certificate.
bool isAtEnd() {
  const unsigned long error = ERR_peek_last_error();
  return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}

// A trial that finds keys and signatures that are too weak.
void checkStrength(const Identity& identity, const std::string& chainFile) {
  const OwnedContext context = newContext(TLS_method());
  ERR_clear_error();
  if (!use(context.get(), identity)) throwLoad(chainFile, takeReason());
}

}  // namespace

Certificates loadCertificates(const std::string& file) {
  const std::string content = contentOf(file);
  const OwnedBio bio = memory(content);
  Certificates certificates;
  ERR_clear_error();
  while (X509* const certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    certificates.emplace_back(certificate);
  }
  throwIfOutOfMemory();
  if (!isAtEnd()) throwLoad(file, "has a malformed certificate in it");
  ERR_clear_error();
  if (certificates.empty()) throwLoad(file, "has no certificate in it");
  return certificates;
}

Identity loadIdentity(const std::string& chainFile, const std::string& keyFile, const std::string& password) {
  Identity identity;
  identity.chain = loadCertificates(chainFile);
  identity.certificate = std::move(identity.chain.front());
  identity.chain.erase(identity.chain.begin());
  identity.key = loadKey(keyFile, password);
  if (X509_check_private_key(identity.certificate.get(), identity.key.get()) != 1) {
    ERR_clear_error();
    throwLoad(keyFile, "does not belong to the certificate in " + chainFile);
  }
  checkStrength(identity, chainFile);
  return identity;
}

bool use(SSL_CTX* context, const Identity& identity) {
  SSL_CTX_clear_chain_certs(context);
  return SSL_CTX_use_certificate(context, identity.certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1 &&
         std::all_of(identity.chain.begin(), identity.chain.end(), [context](const OwnedX509& certificate) {
           return SSL_CTX_add1_chain_cert(context, certificate.get()) == 1;
         });
}

bool use(SSL* connection, const Identity& identity) {
  SSL_certs_clear(connection);  // or that of its context would stay if its key is of another kind
  return SSL_use_certificate(connection, identity.certificate.get()) == 1 &&
         SSL_use_PrivateKey(connection, identity.key.get()) == 1 &&
         std::all_of(identity.chain.begin(), identity.chain.end(), [connection](const OwnedX509& certificate) {
           return SSL_add1_chain_cert(connection, certificate.get()) == 1;
         });
}

}  // namespace netlite::ssl
