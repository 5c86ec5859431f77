// SPDX-License-Identifier: MIT
//
// Addresses and host names as text, without the system: which text is an address, which may be a name, and what an
// address looks like. Systems disagree on the first two, and that has been a security hole more than once; so they are
// decided here, before the system's resolver is asked.
// Thread-safety: no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netlite {

/// An address literal taken apart.
struct AddressLiteral {
  std::array<std::uint8_t, 16> bytes{};   // in network byte order
  std::size_t size = 0;                   // how many of them count: 4 or 16
  std::optional<std::string_view> scope;  // what stands behind '%' (a part of the parsed text): a number or a name
};

/// Whether 16 bytes are an IPv4 address in IPv6's form, ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
bool isIPv4Mapped(const std::uint8_t* bytes);

/// Takes an IPv4 literal (four decimal parts, no leading zeros) or an IPv6 literal (RFC 4291 section 2.2, with or
/// without brackets and a scope) apart; nothing if it is neither. An IPv4-mapped address comes back as the 16 bytes
/// that were written, and may not have a scope, as IPv4 may not.
std::optional<AddressLiteral> parseAddressLiteral(std::string_view text);

/// A decimal number without leading zeros, up to 2^32-1; nothing if it is anything else.
std::optional<std::uint32_t> parseDecimal(std::string_view text);

/// Whether text that is no address literal may be given to the resolver as a name. It may not if a resolver could take
/// it for a number or for something else than it looks like: a last label that is a number, a colon, a bracket, '%', a
/// space or a control character in it, an empty label, or more than 253 bytes (a dot at the end aside).
bool isHostName(std::string_view text);

/// "192.0.2.1", from 4 bytes.
std::string formatIPv4(const std::uint8_t* bytes);

/// RFC 5952's form, from 16 bytes, with the scope as a number behind '%' unless it is 0.
std::string formatIPv6(const std::uint8_t* bytes, std::uint32_t scopeId);

/// Text from outside made fit for a message: in quotes, control characters as \x0a, and cut with "..." if it is longer
/// than any host name.
std::string quotedText(std::string_view text);

}  // namespace netlite
