// SPDX-License-Identifier: MIT
//
// Tables from OpenSSL's codes to words.
// Thread-safety: see the header.
#include "ssl/openssl_error.hpp"

#include "ssl/certificate_text.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

namespace netlite::ssl {

namespace {

constexpr std::size_t kMaxNames = 3;  // of a certificate, in a message

const char* alertReason(int alert) {
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE: return "the peer found no cipher suite or certificate in common";
    case SSL_AD_BAD_CERTIFICATE: return "the peer refused this side's certificate";
    case SSL_AD_UNSUPPORTED_CERTIFICATE: return "the peer cannot use this side's certificate";
    case SSL_AD_CERTIFICATE_REVOKED: return "the peer says that this side's certificate is revoked";
    case SSL_AD_CERTIFICATE_EXPIRED: return "the peer says that this side's certificate has expired";
    case SSL_AD_CERTIFICATE_UNKNOWN: return "the peer does not accept this side's certificate";
    case SSL_AD_UNKNOWN_CA: return "the peer does not trust this side's certificate";
    case SSL_AD_ACCESS_DENIED: return "the peer denied access";
    case SSL_AD_PROTOCOL_VERSION: return "no protocol in common, the peer says";
    case SSL_AD_INSUFFICIENT_SECURITY: return "the peer wants stronger cipher suites";
    case SSL_AD_UNRECOGNIZED_NAME: return "the peer has no certificate for this name";
    case TLS13_AD_CERTIFICATE_REQUIRED: return "the peer requires a certificate";
    case SSL_AD_NO_APPLICATION_PROTOCOL: return "no application protocol in common, the peer says";
    default: return nullptr;
  }
}

const char* sslReason(int reason) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_WRONG_SSL_VERSION: return "no protocol in common";
    case SSL_R_NO_SHARED_CIPHER: return "no cipher suite in common";
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM: return "no signature algorithm in common";
    case SSL_R_NO_APPLICATION_PROTOCOL: return "no application protocol in common";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return "the peer showed no certificate";
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC: return "bytes were damaged or forged on the way";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_BAD_RECORD_TYPE: return "bytes that are no TLS";
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL: return "the key is too weak";
    case SSL_R_DH_KEY_TOO_SMALL: return "the peer's key exchange is too weak";
    case SSL_R_CA_MD_TOO_WEAK: return "a certificate is signed by a weak algorithm";
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_DATA_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG: return "a record is too long";
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_UNEXPECTED_RECORD: return "a message out of order";
    default: return nullptr;
  }
}

std::string alertText(int alert) {
  if (const char* const reason = alertReason(alert)) return reason;
  return std::string("the peer reported: ") + SSL_alert_desc_string_long(alert);
}

std::string reasonOf(unsigned long error) {
  if (error == 0) return "failed for an unknown reason";
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    if (reason >= SSL_AD_REASON_OFFSET) return alertText(reason - SSL_AD_REASON_OFFSET);
    if (const char* const known = sslReason(reason)) return known;
  }
  const char* const text = ERR_reason_error_string(error);
  return text != nullptr ? text : "error " + std::to_string(error);
}

std::string shortList(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxNames); ++i) list += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMaxNames ? list + ", ..." : list;
}

std::string otherName(X509* certificate, const std::string& host) {
  const std::vector<std::string> names = alternativeNames(certificate);
  if (names.empty()) return "is for no host (it has no subject alternative names), not for " + host;
  return "is for " + shortList(names) + ", not for " + host;
}

}  // namespace

void throwIfOutOfMemory() {
  const auto isOutOfMemory = [](unsigned long error) { return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE; };
  if (!isOutOfMemory(ERR_peek_error()) && !isOutOfMemory(ERR_peek_last_error())) return;
  ERR_clear_error();
  throw std::bad_alloc();
}

std::string takeReason() {
  const unsigned long first = ERR_peek_error();
  ERR_clear_error();
  return reasonOf(first);
}

int firstAlert() noexcept {
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_REASON(error);
  const bool isAlert = ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET;
  return isAlert ? reason - SSL_AD_REASON_OFFSET : -1;
}

bool concernsHandshake(int alert) noexcept { return alertReason(alert) != nullptr; }

std::string verificationReason(int error, X509* certificate, const std::string& host, bool isPeers) {
  const std::string which = isPeers || certificate == nullptr
                                ? "certificate "
                                : "certificate of " + nameText(X509_get_subject_name(certificate)) + " ";
  const auto issuer = [certificate] {
    return certificate != nullptr ? nameText(X509_get_issuer_name(certificate)) : std::string("an unknown authority");
  };
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return which + "has expired (" + dateText(X509_get0_notAfter(certificate)) + ")";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return which + "is not valid yet (from " + dateText(X509_get0_notBefore(certificate)) + ")";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return which + otherName(certificate, host);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return which + "is signed by itself and not trusted";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "certificate is signed by an authority that is not trusted: " + issuer();
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return which + "is signed by " + issuer() + ", which is not trusted, or a certificate between the two is missing";
    case X509_V_ERR_INVALID_PURPOSE: return which + "is for another purpose";
    case X509_V_ERR_INVALID_CA: return which + "may not sign certificates, but has signed one";
    case X509_V_ERR_PATH_LENGTH_EXCEEDED: return which + "may not sign certificates of authorities, but has signed one";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL: return which + "has a key that is too weak";
    case X509_V_ERR_CA_MD_TOO_WEAK: return which + "is signed by a weak algorithm";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return which + "has a signature that is forged or damaged";
    case X509_V_ERR_CERT_REVOKED: return which + "is revoked";
    case X509_V_ERR_CERT_REJECTED: return which + "is explicitly not trusted";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return "the chain of certificates is too long";
    default: return which + "is not accepted: " + X509_verify_cert_error_string(error);
  }
}

}  // namespace netlite::ssl
