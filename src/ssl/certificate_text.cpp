// SPDX-License-Identifier: MIT
//
// Reading certificates.
// Thread-safety: see the header.
#include "ssl/certificate_text.hpp"

#include <netlite/inet_address.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace netlite::ssl {

namespace {

struct FreedNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

std::string textOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

OwnedBio newMemory() { return OwnedBio(orBadAlloc(BIO_new(BIO_s_mem()))); }

std::string bytesOf(const ASN1_STRING* text) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
}

std::string addressText(const ASN1_OCTET_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return "malformed address";
  return InetAddress::getByAddress(ASN1_STRING_get0_data(bytes), static_cast<std::size_t>(size)).getHostAddress();
}

std::string generalNameText(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI: return bytesOf(name->d.ia5);
    case GEN_IPADD: return addressText(name->d.iPAddress);
    case GEN_DIRNAME: return nameText(name->d.directoryName);
    default: return {};
  }
}

// Days since 1970-01-01 in the proleptic Gregorian calendar.
std::int64_t daysSinceEpoch(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t yearOfEra = year - era * 400;
  const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

std::tm calendarTime(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) parts.tm_mday = 1;
  return parts;
}

std::chrono::system_clock::time_point timePoint(const ASN1_TIME* time) {
  const std::tm parts = calendarTime(time);
  const std::int64_t days = daysSinceEpoch(std::int64_t{1900} + parts.tm_year, parts.tm_mon + 1, parts.tm_mday);
  const auto max = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::duration::max());
  const std::chrono::seconds seconds(((days * 24 + parts.tm_hour) * 60 + parts.tm_min) * 60 + parts.tm_sec);
  if (seconds > max) return std::chrono::system_clock::time_point::max();
  if (seconds < -max) return std::chrono::system_clock::time_point::min();
  return std::chrono::system_clock::time_point(seconds);
}

std::string fingerprint(X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) throw std::bad_alloc();
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    if (i > 0) text += ':';
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

std::string pemText(X509* certificate) {
  const OwnedBio memory = newMemory();
  if (PEM_write_bio_X509(memory.get(), certificate) != 1) throw std::bad_alloc();
  return textOf(memory.get());
}

}  // namespace

std::string nameText(const X509_NAME* name) {
  const OwnedBio memory = newMemory();
  const unsigned long utf8 = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (X509_NAME_print_ex(memory.get(), name, 0, utf8) < 0) throw std::bad_alloc();
  return textOf(memory.get());
}

std::vector<std::string> alternativeNames(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreedNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  const int count = names != nullptr ? sk_GENERAL_NAME_num(names.get()) : 0;
  for (int i = 0; i < count; ++i) {
    std::string text = generalNameText(sk_GENERAL_NAME_value(names.get(), i));
    if (!text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::string dateText(const ASN1_TIME* time) {
  const std::tm parts = calendarTime(time);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
  return text;
}

SSLCertificate described(X509* certificate) {
  SSLCertificate description;
  description.subject = nameText(X509_get_subject_name(certificate));
  description.issuer = nameText(X509_get_issuer_name(certificate));
  description.subjectAlternativeNames = alternativeNames(certificate);
  description.notBefore = timePoint(X509_get0_notBefore(certificate));
  description.notAfter = timePoint(X509_get0_notAfter(certificate));
  description.sha256Fingerprint = fingerprint(certificate);
  description.pem = pemText(certificate);
  return description;
}

}  // namespace netlite::ssl
