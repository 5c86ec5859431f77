// SPDX-License-Identifier: MIT
//
// InetSocketAddress: an address and a port, java.net.InetSocketAddress as a value.
#pragma once

#include <netlite/inet_address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace netlite {

/// An address and a port, java.net.InetSocketAddress as a value. Its std::hash agrees with ==.
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API InetSocketAddress {
 public:
  /// The wildcard address and port 0.
  InetSocketAddress();

  /// The wildcard address and a port, for a server to bind to.
  ///
  /// @param port 0 to 65535; 0 lets the system choose when it is bound
  /// @throws std::invalid_argument the port is out of range
  explicit InetSocketAddress(int port);

  /// The first address of a host, and a port. The name is resolved immediately, which blocks as InetAddress::getByName
  /// does. (Java can keep an unresolved name.) Only the Socket constructors that take a name try all of its addresses.
  ///
  /// @param host a literal or a name, as InetAddress::getByName takes it
  /// @param port 0 to 65535
  /// @throws std::invalid_argument the port is out of range
  /// @throws UnknownHostException  the host is empty, malformed or has no address
  InetSocketAddress(const std::string& host, int port);

  /// An address and a port.
  ///
  /// @param port 0 to 65535
  /// @throws std::invalid_argument the port is out of range
  InetSocketAddress(const InetAddress& address, int port);

  /// The address. The reference is valid as long as this object exists.
  const InetAddress& getAddress() const noexcept { return address_; }

  /// The port, 0 to 65535.
  int getPort() const noexcept { return port_; }

  /// The host's name, as InetAddress::getHostName() returns it. May block for a reverse lookup if the address was
  /// created without a name.
  std::string getHostName() const;

  /// The name the address was created with, or else its text: "localhost", "192.0.2.1", "::1". Looks nothing up.
  std::string getHostString() const;

  /// Name, address and port as text: "localhost/127.0.0.1:80", "/[::1]:80".
  std::string toString() const;

  /// Compares address and port; the name is ignored.
  friend bool operator==(const InetSocketAddress& left, const InetSocketAddress& right) noexcept {
    return left.port_ == right.port_ && left.address_ == right.address_;
  }

  /// The opposite of ==.
  friend bool operator!=(const InetSocketAddress& left, const InetSocketAddress& right) noexcept {
    return !(left == right);
  }

  /// An order for sorted containers: by address, then by port.
  friend NETLITE_API bool operator<(const InetSocketAddress& left, const InetSocketAddress& right) noexcept;

  /// Writes toString().
  friend NETLITE_API std::ostream& operator<<(std::ostream& out, const InetSocketAddress& address);

 private:
  InetAddress address_;
  std::uint16_t port_ = 0;
};

}  // namespace netlite

/// Agrees with ==.
template <>
struct std::hash<netlite::InetSocketAddress> {
  std::size_t operator()(const netlite::InetSocketAddress& address) const noexcept {
    return std::hash<netlite::InetAddress>()(address.getAddress()) * 31 + static_cast<std::size_t>(address.getPort());
  }
};
