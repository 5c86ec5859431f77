// SPDX-License-Identifier: MIT
//
// Making certificates with OpenSSL.
// Thread-safety: see the header.
#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace netlite::test {

namespace {

void require(bool isDone, const char* what) {
  if (!isDone) throw std::runtime_error(std::string("certificate: ") + what);
}

EVP_PKEY* newKey(const CertificateOptions& options) {
  const bool isRsa = options.rsaBits > 0;
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_id(isRsa ? EVP_PKEY_RSA : EVP_PKEY_EC, nullptr);
  EVP_PKEY* key = nullptr;
  require(EVP_PKEY_keygen_init(context) == 1, "keygen");
  if (isRsa) {
    require(EVP_PKEY_CTX_set_rsa_keygen_bits(context, options.rsaBits) == 1, "bits");
  } else {
    const int curve = options.curve.empty() ? NID_X9_62_prime256v1 : OBJ_txt2nid(options.curve.c_str());
    require(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, curve) == 1, "curve");
  }
  require(EVP_PKEY_keygen(context, &key) == 1, "key");
  EVP_PKEY_CTX_free(context);
  return key;
}

void addExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, value.c_str());
  X509_EXTENSION_free(extension);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ",") + text;
  return all;
}

std::string basicConstraints(const CertificateOptions& options) {
  if (!options.isAuthority) return "critical,CA:FALSE";
  const std::string limit = ",pathlen:" + std::to_string(options.maxIntermediates);
  return "critical,CA:TRUE" + (options.maxIntermediates < 0 ? "" : limit);
}

std::string textOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

}  // namespace

struct TestCertificate::Parts {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;

  ~Parts() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

TestCertificate::TestCertificate(const CertificateOptions& options, const TestCertificate* issuer)
    : parts_(std::make_unique<Parts>()) {
  static long serial = 0;
  X509* const made = parts_->certificate = X509_new();
  parts_->key = newKey(options);
  X509* const above = issuer != nullptr ? issuer->parts_->certificate : made;
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  X509_time_adj_ex(X509_getm_notBefore(made), options.firstDay, 0, nullptr);
  X509_time_adj_ex(X509_getm_notAfter(made), options.lastDay, 0, nullptr);
  X509_set_pubkey(made, parts_->key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.commonName.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(above));
  addExtension(made, above, NID_basic_constraints, basicConstraints(options));
  addExtension(made, above, NID_subject_key_identifier, "hash");
  if (!options.alternativeNames.empty()) {
    addExtension(made, above, NID_subject_alt_name, joined(options.alternativeNames));
  }
  if (!options.purpose.empty()) addExtension(made, above, NID_ext_key_usage, options.purpose);
  EVP_PKEY* const signing = issuer != nullptr ? issuer->parts_->key : parts_->key;
  require(X509_sign(made, signing, options.isSignedBySha1 ? EVP_sha1() : EVP_sha256()) > 0, "sign");
}

TestCertificate::~TestCertificate() = default;

std::string TestCertificate::pem() const {
  BIO* const memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, parts_->certificate);
  return textOf(memory);
}

std::string TestCertificate::keyPem(const std::string& password) const {
  BIO* const memory = BIO_new(BIO_s_mem());
  std::string copy = password;
  PEM_write_bio_PrivateKey(memory, parts_->key, password.empty() ? nullptr : EVP_aes_256_cbc(),
                           reinterpret_cast<unsigned char*>(&copy[0]), static_cast<int>(copy.size()), nullptr, nullptr);
  return textOf(memory);
}

void* TestCertificate::certificate() const noexcept { return parts_->certificate; }
void* TestCertificate::key() const noexcept { return parts_->key; }

}  // namespace netlite::test
