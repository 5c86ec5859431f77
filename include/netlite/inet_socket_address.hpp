// SPDX-License-Identifier: MIT
//
// InetSocketAddress: an address and a port, java.net.InetSocketAddress as a value.
//
// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
#pragma once

#include <netlite/inet_address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace netlite {

/// An address and a port, java.net.InetSocketAddress as a value. There is a std::hash for it, which agrees with ==.
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API InetSocketAddress {
 public:
  /// The wildcard address and port 0.
  InetSocketAddress();

  /// The wildcard address and a port: what a server binds to. Never blocks.
  ///
  /// @param port 0 to 65535; 0 lets the system choose when it is bound
  /// @throws std::invalid_argument the port is out of range
  explicit InetSocketAddress(int port);

  /// The first address of a host and a port, resolved at once. (Java keeps an unresolved name; only the Socket
  /// constructors that take a name try all of its addresses.) Blocks as InetAddress::getByName does.
  ///
  /// @param host a literal or a name, as InetAddress::getByName takes it
  /// @param port 0 to 65535
  /// @throws std::invalid_argument the port is out of range
  /// @throws UnknownHostException  the host is empty, malformed or has no address
  InetSocketAddress(const std::string& host, int port);

  /// An address and a port. Never blocks.
  ///
  /// @param address the address
  /// @param port    0 to 65535
  /// @throws std::invalid_argument the port is out of range
  InetSocketAddress(const InetAddress& address, int port);

  /// The address.
  ///
  /// @return a reference, good as long as this object is
  const InetAddress& getAddress() const noexcept { return address_; }

  /// The port.
  ///
  /// @return 0 to 65535
  int getPort() const noexcept { return port_; }

  /// The host's name. May block for a reverse look-up if the address was made without a name.
  ///
  /// @return what InetAddress::getHostName() gives
  std::string getHostName() const;

  /// The name the address was made with, or its text. Never blocks.
  ///
  /// @return "localhost", "192.0.2.1", "::1"
  std::string getHostString() const;

  /// Name, address and port as text. Never blocks.
  ///
  /// @return "localhost/127.0.0.1:80", "/[::1]:80"
  std::string toString() const;

  /// Compares. The name has no say.
  ///
  /// @param left  an address and port
  /// @param right another
  /// @return whether both are the same
  friend bool operator==(const InetSocketAddress& left, const InetSocketAddress& right) noexcept {
    return left.port_ == right.port_ && left.address_ == right.address_;
  }

  /// The opposite of ==.
  ///
  /// @param left  an address and port
  /// @param right another
  /// @return whether one of them differs
  friend bool operator!=(const InetSocketAddress& left, const InetSocketAddress& right) noexcept {
    return !(left == right);
  }

  /// An order for sorted containers.
  ///
  /// @param left  an address and port
  /// @param right another
  /// @return whether `left` comes first: by address, then by port
  friend NETLITE_API bool operator<(const InetSocketAddress& left, const InetSocketAddress& right) noexcept;

  /// Writes toString().
  ///
  /// @param out     where to
  /// @param address the address and port
  /// @return `out`
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
