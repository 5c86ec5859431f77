// SPDX-License-Identifier: MIT
//
// InetAddress: an IPv4 or IPv6 address, java.net.InetAddress as a value.
#pragma once

#include <netlite/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace netlite {

/// An IPv4 or IPv6 address, with the name that was looked up, if any: java.net.InetAddress as a value. Its std::hash
/// agrees with ==.
///
/// ```cpp
/// for (const netlite::InetAddress& address : netlite::InetAddress::getAllByName("localhost")) {
///   std::cout << address << (address.isIPv6() ? " (IPv6)\n" : " (IPv4)\n");
/// }
/// ```
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API InetAddress {
 public:
  /// For the library's own code.
  struct Internals;

  /// The IPv4 wildcard address 0.0.0.0.
  InetAddress();

  /// The first address of a host, in the system's order of preference (RFC 6724). Blocks as long as the system's
  /// resolver does if `host` is a name.
  ///
  /// `host` is an IPv4 literal of four decimal parts ("192.0.2.1"), an IPv6 literal with or without brackets and scope
  /// ("::1", "[fe80::1%eth0]", "fe80::1%2"), or a name. Literals are not looked up. Anything else that ends like a
  /// number ("127.1", "0x7f.1", "0177.0.0.1", "2130706433") is rejected and never reaches the resolver, since systems
  /// disagree on what it means (https://url.spec.whatwg.org/#ends-in-a-number-checker).
  ///
  /// The scope "%0" means no scope (RFC 4007 section 11.2). A link-local IPv6 address without a scope does not say
  /// which interface leads to it. Linux refuses to connect to one with EINVAL: Socket throws ConnectException then, and
  /// DatagramSocket::connect throws SocketException, both with std::errc::invalid_argument.
  ///
  /// @throws UnknownHostException the host is empty, malformed or has no address
  static InetAddress getByName(const std::string& host);

  /// All addresses of a host, at least one, in the system's order of preference (RFC 6724). Accepts what getByName()
  /// accepts, and blocks as it does.
  ///
  /// @throws UnknownHostException the host is empty, malformed or has no address
  static std::vector<InetAddress> getAllByName(const std::string& host);

  /// An address from its bytes, without a name. Nothing is looked up. An IPv4-mapped IPv6 address (RFC 4291 section
  /// 2.5.5.2) becomes IPv4, as in Java.
  ///
  /// @param bytes the address in network byte order; not null
  /// @param size  4 for IPv4, 16 for IPv6
  /// @throws std::invalid_argument another size, or `bytes` is null
  static InetAddress getByAddress(const std::uint8_t* bytes, std::size_t size);

  /// An address from its bytes, with a name, which is not checked.
  ///
  /// @param host    the name for getHostName() and toString(); may be empty
  /// @param bytes   the address in network byte order; not null
  /// @param size    4 for IPv4, 16 for IPv6
  /// @param scopeId the IPv6 scope (RFC 4007), 0 for none; ignored for IPv4
  /// @throws std::invalid_argument another size, or `bytes` is null
  static InetAddress getByAddress(const std::string& host, const std::uint8_t* bytes, std::size_t size,
                                  std::uint32_t scopeId = 0);

  /// The loopback address, localhost/127.0.0.1.
  static InetAddress getLoopbackAddress();

  /// The first address of this machine's own name. Blocks as long as the system's resolver does.
  ///
  /// @throws UnknownHostException the name cannot be determined or has no address
  static InetAddress getLocalHost();

  /// The address as text: "192.0.2.1", or RFC 5952's form of an IPv6 address with its scope as a number
  /// ("2001:db8::ff:1", "fe80::1%2"; Java does not shorten).
  std::string getHostAddress() const;

  /// The name this address was created with. An address without one is looked up, which may block as long as the
  /// system's resolver does: the answer counts only if it resolves back to this address, otherwise getHostAddress() is
  /// returned. The object does not change (Java remembers the answer).
  std::string getHostName() const;

  /// The name that the system's resolver has for this address, or getHostAddress() if it has none that resolves back to
  /// this address. May block as long as the resolver does.
  std::string getCanonicalHostName() const;

  /// The 4 or 16 bytes of the address, in network byte order.
  std::vector<std::uint8_t> getAddress() const;

  /// Whether it is an IPv4 address, which an IPv4-mapped IPv6 address becomes on creation.
  bool isIPv4() const noexcept { return !ipv6_; }

  /// Whether it is an IPv6 address.
  bool isIPv6() const noexcept { return ipv6_; }

  /// The IPv6 scope (RFC 4007), the number of a network interface; 0 if there is none.
  std::uint32_t getScopeId() const noexcept { return scope_id_; }

  /// Whether it is a wildcard address, `0.0.0.0` or `::`.
  bool isAnyLocalAddress() const noexcept;

  /// Whether it is a loopback address: 127.0.0.0/8 (RFC 1122 section 3.2.1.3) or `::1`.
  bool isLoopbackAddress() const noexcept;

  /// Whether it is valid on one link only: 169.254.0.0/16 (RFC 3927) or `fe80::/10` (RFC 4291).
  bool isLinkLocalAddress() const noexcept;

  /// Whether it is a private address: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) or, as in Java, `fec0::/10`.
  bool isSiteLocalAddress() const noexcept;

  /// Whether it is a multicast address: 224.0.0.0/4 (RFC 5771) or `ff00::/8`.
  bool isMulticastAddress() const noexcept;

  /// Name and address as text: "localhost/127.0.0.1", or "/127.0.0.1" without a name.
  std::string toString() const;

  /// Compares bytes and scope; the name is ignored, as in Java.
  friend bool operator==(const InetAddress& left, const InetAddress& right) noexcept {
    return left.ipv6_ == right.ipv6_ && left.scope_id_ == right.scope_id_ && left.bytes_ == right.bytes_;
  }

  /// The opposite of ==.
  friend bool operator!=(const InetAddress& left, const InetAddress& right) noexcept { return !(left == right); }

  /// An order for sorted containers: IPv4 before IPv6, then by bytes and scope.
  friend NETLITE_API bool operator<(const InetAddress& left, const InetAddress& right) noexcept;

  /// Writes toString().
  friend NETLITE_API std::ostream& operator<<(std::ostream& out, const InetAddress& address);

 private:
  friend struct std::hash<InetAddress>;

  std::size_t hash() const noexcept;

  std::array<std::uint8_t, 16> bytes_{};  // IPv4 in the first four, the rest zero
  std::uint32_t scope_id_ = 0;
  bool ipv6_ = false;
  std::string host_;
};

}  // namespace netlite

/// Agrees with ==: the name is ignored.
template <>
struct std::hash<netlite::InetAddress> {
  std::size_t operator()(const netlite::InetAddress& address) const noexcept { return address.hash(); }
};
