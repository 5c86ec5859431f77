// SPDX-License-Identifier: MIT
//
// SHA-1, SHA-256 and base64, by OpenSSL.
// Thread-safety: no shared state.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace example {

/// The digest of a text, in bytes.
///
/// @param algorithm EVP_sha1() or EVP_sha256()
inline std::string digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, algorithm, nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute a digest");
  }
  return {bytes.begin(), bytes.begin() + size};
}

inline std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock appends a zero
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(&text[0]), reinterpret_cast<const unsigned char*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace example
