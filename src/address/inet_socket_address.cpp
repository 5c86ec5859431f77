// SPDX-License-Identifier: MIT
//
// InetSocketAddress: an InetAddress with a checked port.
// Thread-safety: no shared state.
#include <netlite/inet_socket_address.hpp>

#include "address/inet_address_internals.hpp"
#include "base/arguments.hpp"

#include <ostream>
#include <tuple>

namespace netlite {

InetSocketAddress::InetSocketAddress() = default;

InetSocketAddress::InetSocketAddress(int port) : port_(static_cast<std::uint16_t>(checkedPort(port, 0))) {}

// The port is checked first, so that a wrong one is reported before a lookup.
InetSocketAddress::InetSocketAddress(const std::string& host, int port) : InetSocketAddress(port) {
  address_ = InetAddress::getByName(host);
}

InetSocketAddress::InetSocketAddress(const InetAddress& address, int port)
    : address_(address), port_(static_cast<std::uint16_t>(checkedPort(port, 0))) {}

std::string InetSocketAddress::getHostName() const { return address_.getHostName(); }

std::string InetSocketAddress::getHostString() const {
  const std::string& host = InetAddress::Internals::host(address_);
  return host.empty() ? address_.getHostAddress() : host;
}

std::string InetSocketAddress::toString() const {
  if (address_.isIPv4()) return address_.toString() + ':' + std::to_string(port_);
  return InetAddress::Internals::host(address_) + "/[" + address_.getHostAddress() + "]:" + std::to_string(port_);
}

bool operator<(const InetSocketAddress& left, const InetSocketAddress& right) noexcept {
  return std::tie(left.address_, left.port_) < std::tie(right.address_, right.port_);
}

std::ostream& operator<<(std::ostream& out, const InetSocketAddress& address) { return out << address.toString(); }

}  // namespace netlite
