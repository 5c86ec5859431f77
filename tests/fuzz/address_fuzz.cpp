// SPDX-License-Identifier: MIT
//
// Parses any text as a host. It must be a literal on which netlite and the system agree and whose text form parses to
// the same address, a name that no resolver parses as a number, or refused without asking a resolver.
#include "address/address_text.hpp"
#include "address/resolver.hpp"

#include <netlite/exceptions.hpp>
#include <netlite/inet_address.hpp>

#include <arpa/inet.h>
#include <netdb.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

namespace {

using netlite::AddressLiteral;
using netlite::Deadline;
using netlite::InetAddress;
using netlite::platform::Address;
using netlite::platform::Addresses;

int lookup_count = 0;

netlite::platform::Result<Addresses> answer(const std::string&) {
  ++lookup_count;
  Address address;
  address.bytes = {192, 0, 2, 1};
  return Addresses{address};
}

void require(bool holds) {
  if (!holds) std::abort();
}

// The system's parser supports neither brackets nor scopes, and stops at NUL.
void requireAgreementWithSystem(const std::string& text, const std::optional<AddressLiteral>& literal) {
  if (text.find_first_of(std::string("[%\0", 3)) != std::string::npos) return;
  std::uint8_t bytes[16];
  const std::size_t size = inet_pton(AF_INET, text.c_str(), bytes) == 1    ? 4
                           : inet_pton(AF_INET6, text.c_str(), bytes) == 1 ? 16
                                                                           : 0;
  require(literal.has_value() == (size != 0));
  if (literal) require(literal->size == size && std::memcmp(literal->bytes.data(), bytes, size) == 0);
}

void requireRoundTrip(const InetAddress& address) {
  require(InetAddress::getByName(address.getHostAddress()) == address);
  if (address.isIPv6()) require(InetAddress::getByName('[' + address.getHostAddress() + ']') == address);
}

void requireLiteral(const std::string& text, const AddressLiteral& literal) {
  try {
    requireRoundTrip(netlite::resolveHost(text, Deadline::never(), answer).front());
  } catch (const netlite::UnknownHostException&) {
    require(literal.scope.has_value());  // no interface of that name or number
  }
  require(lookup_count == 0);
}

void requireName(const std::string& text) {
  require(text.find('\0') == std::string::npos);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  require(getaddrinfo(text.c_str(), nullptr, &hints, &found) != 0);
  require(netlite::resolveHost(text, Deadline::never(), answer).front().getHostName() == text);
  require(lookup_count == 1);
}

void requireRefusal(const std::string& text) {
  try {
    netlite::resolveHost(text, Deadline::never(), answer);
    std::abort();
  } catch (const netlite::UnknownHostException& exception) {
    require(exception.host() == text);
    for (const char* c = exception.what(); *c != '\0'; ++c) require(static_cast<unsigned char>(*c) >= ' ');
  }
  require(lookup_count == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  lookup_count = 0;
  const std::optional<AddressLiteral> literal = netlite::parseAddressLiteral(text);
  requireAgreementWithSystem(text, literal);
  if (literal) {
    requireLiteral(text, *literal);
  } else if (netlite::isHostName(text)) {
    requireName(text);
  } else {
    requireRefusal(text);
  }
  return 0;
}
