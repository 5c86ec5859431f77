// SPDX-License-Identifier: MIT
//
// Parses and formats addresses, and decides which text may be a host name, before the system's resolver is asked.
// Thread-safety: no shared state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netlite {

// Systems disagree on which text is an address and which may be a name. That has been a security hole more than once,
// so both are decided here.

/// A parsed address literal.
struct AddressLiteral {
  std::array<std::uint8_t, 16> bytes{};   // in network byte order
  std::size_t size = 0;                   // how many of them count: 4 or 16
  std::optional<std::string_view> scope;  // what follows '%', a view of the parsed text: a number or a name
};

/// Whether 16 bytes are an IPv4-mapped IPv6 address, ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
bool isIPv4Mapped(const std::uint8_t* bytes);

/// Parses an IPv4 literal (four decimal parts, no leading zeros) or an IPv6 literal (RFC 4291 section 2.2, with or
/// without brackets and a scope). Returns nothing if the text is neither. An IPv4-mapped address is returned as its 16
/// bytes, and must not have a scope, as IPv4 has none.
std::optional<AddressLiteral> parseAddressLiteral(std::string_view text);

/// Parses a decimal number without leading zeros, up to 2^32-1. Returns nothing if the text is anything else.
std::optional<std::uint32_t> parseDecimal(std::string_view text);

/// Whether text that is not an address literal may be given to the resolver as a name. Text that a resolver might take
/// for a number or for something other than it seems is refused: a last label that is a number, an empty label, any
/// colon, bracket, '%', space or control character, and more than 253 bytes (not counting a dot at the end).
bool isHostName(std::string_view text);

/// "192.0.2.1", from 4 bytes.
std::string formatIPv4(const std::uint8_t* bytes);

/// RFC 5952's form, from 16 bytes, with the scope as a number after '%' unless it is 0.
std::string formatIPv6(const std::uint8_t* bytes, std::uint32_t scopeId);

/// Untrusted text in a form that is fit for a message: in quotes, control characters as \x0a, and cut with "..." if it
/// is longer than any host name.
std::string quotedText(std::string_view text);

}  // namespace netlite
