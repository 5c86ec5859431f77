// SPDX-License-Identifier: MIT
//
// InetAddress: everything except lookups, which are in resolver.hpp.
// Thread-safety: no shared state.
#include <netlite/inet_address.hpp>

#include "address/address_text.hpp"
#include "address/inet_address_internals.hpp"
#include "address/resolver.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string_view>
#include <tuple>

namespace netlite {

namespace {

constexpr std::size_t kIPv4Size = 4;
constexpr std::size_t kIPv6Size = 16;
constexpr std::array<std::uint8_t, kIPv6Size> kIPv6Loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

void checkBytes(const std::uint8_t* bytes, std::size_t size) {
  if (bytes == nullptr) throw std::invalid_argument("address is null");
  if (size != kIPv4Size && size != kIPv6Size) {
    throw std::invalid_argument("address must have 4 or 16 bytes, not " + std::to_string(size));
  }
}

}  // namespace

InetAddress::InetAddress() : host_("0.0.0.0") {}

InetAddress InetAddress::getByName(const std::string& host) { return getAllByName(host).front(); }

std::vector<InetAddress> InetAddress::getAllByName(const std::string& host) {
  return resolveHost(host, Deadline::never());
}

InetAddress InetAddress::getByAddress(const std::uint8_t* bytes, std::size_t size) {
  return getByAddress("", bytes, size);
}

InetAddress InetAddress::getByAddress(const std::string& host, const std::uint8_t* bytes, std::size_t size,
                                      std::uint32_t scopeId) {
  checkBytes(bytes, size);
  if (size == kIPv6Size && isIPv4Mapped(bytes)) return getByAddress(host, bytes + (kIPv6Size - kIPv4Size), kIPv4Size);
  InetAddress address;
  address.host_ = host;
  address.ipv6_ = size == kIPv6Size;
  address.scope_id_ = address.ipv6_ ? scopeId : 0;
  std::copy(bytes, bytes + size, address.bytes_.begin());
  return address;
}

InetAddress InetAddress::getLoopbackAddress() {
  static constexpr std::uint8_t kLoopback[kIPv4Size] = {127, 0, 0, 1};
  return getByAddress("localhost", kLoopback, kIPv4Size);
}

InetAddress InetAddress::Internals::loopbackIPv6() { return getByAddress(kIPv6Loopback.data(), kIPv6Size); }

InetAddress InetAddress::getLocalHost() { return resolveHost(localHostName(), Deadline::never()).front(); }

std::string InetAddress::getHostAddress() const {
  return ipv6_ ? formatIPv6(bytes_.data(), scope_id_) : formatIPv4(bytes_.data());
}

std::string InetAddress::getHostName() const { return host_.empty() ? getCanonicalHostName() : host_; }

std::string InetAddress::getCanonicalHostName() const {
  const std::string name = confirmedHostName(*this);
  return name.empty() ? getHostAddress() : name;
}

std::vector<std::uint8_t> InetAddress::getAddress() const {
  const std::size_t size = ipv6_ ? kIPv6Size : kIPv4Size;
  return {bytes_.data(), bytes_.data() + size};
}

bool InetAddress::isAnyLocalAddress() const noexcept {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool InetAddress::isLoopbackAddress() const noexcept { return ipv6_ ? bytes_ == kIPv6Loopback : bytes_[0] == 127; }

bool InetAddress::isLinkLocalAddress() const noexcept {
  return ipv6_ ? bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80 : bytes_[0] == 169 && bytes_[1] == 254;
}

bool InetAddress::isSiteLocalAddress() const noexcept {
  if (ipv6_) return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0xc0;
  return bytes_[0] == 10 || (bytes_[0] == 172 && (bytes_[1] & 0xf0) == 16) || (bytes_[0] == 192 && bytes_[1] == 168);
}

bool InetAddress::isMulticastAddress() const noexcept { return ipv6_ ? bytes_[0] == 0xff : (bytes_[0] & 0xf0) == 224; }

std::string InetAddress::toString() const { return host_ + '/' + getHostAddress(); }

bool operator<(const InetAddress& left, const InetAddress& right) noexcept {
  return std::tie(left.ipv6_, left.bytes_, left.scope_id_) < std::tie(right.ipv6_, right.bytes_, right.scope_id_);
}

std::ostream& operator<<(std::ostream& out, const InetAddress& address) { return out << address.toString(); }

std::size_t InetAddress::hash() const noexcept {
  const std::string_view bytes(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  return std::hash<std::string_view>()(bytes) ^ (std::hash<std::uint32_t>()(scope_id_) * 31);
}

}  // namespace netlite
