// SPDX-License-Identifier: MIT
//
// AddressRange: the addresses of a network in CIDR notation (RFC 4632, RFC 4291 section 2.3).
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include <netlite/netlite.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace example {

class AddressRange {
 public:
  /// @param cidr an address, "/" and the number of its leading bits that count, such as "192.0.2.0/24" or
  ///             "2001:db8::/32"; or an address alone
  /// @throws std::invalid_argument `cidr` has another form
  explicit AddressRange(const std::string& cidr) {
    const std::size_t slash = cidr.find('/');
    const std::string literal = cidr.substr(0, slash);
    const netlite::InetAddress address = parseAddress(literal);
    const std::size_t size = address.getAddress().size() * 8;
    // netlite converts ::ffff:192.0.2.0 to an IPv4 address, which drops its first 96 bits.
    const std::size_t dropped = literal.find(':') != std::string::npos && address.isIPv4() ? 96 : 0;
    bytes_ = address.getAddress();
    bits_ = slash == std::string::npos ? size : parseBits(cidr.substr(slash + 1), dropped, dropped + size) - dropped;
  }

  bool contains(const netlite::InetAddress& address) const {
    const std::vector<std::uint8_t> other = address.getAddress();
    if (other.size() != bytes_.size()) return false;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (((bytes_[i] ^ other[i]) & mask(i)) != 0) return false;
    }
    return true;
  }

 private:
  static netlite::InetAddress parseAddress(const std::string& literal) {
    const bool isIPv6 = literal.find(':') != std::string::npos;
    const char* const characters = isIPv6 ? "0123456789abcdefABCDEF.:" : "0123456789.";
    const bool isLiteral = literal.find_first_not_of(characters) == std::string::npos;  // names are not looked up
    try {
      if (isLiteral) return netlite::InetAddress::getByName(literal);
    } catch (const netlite::UnknownHostException&) {
    }
    throw std::invalid_argument("'" + literal + "' is not an IPv4 or IPv6 address");
  }

  static std::size_t parseBits(const std::string& text, std::size_t min, std::size_t max) {
    std::size_t bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size() || bits < min || bits > max) {
      throw std::invalid_argument("'" + text + "' is not a number of bits from " + std::to_string(min) + " to " +
                                  std::to_string(max));
    }
    return bits;
  }

  // The bits that count in the byte at `index`.
  std::uint8_t mask(std::size_t index) const {
    const std::size_t before = index * 8;
    if (bits_ >= before + 8) return 0xFF;
    if (bits_ <= before) return 0;
    return static_cast<std::uint8_t>(0xFF << (before + 8 - bits_));
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t bits_ = 0;
};

}  // namespace example
