// SPDX-License-Identifier: MIT
//
// InetAddress: an IPv4 or IPv6 address, java.net.InetAddress as a value.
//
// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
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

/// An IPv4 or IPv6 address, with the name it was looked up by if it was: java.net.InetAddress as a value. There is a
/// std::hash for it, which agrees with ==.
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API InetAddress {
 public:
  /// For the library's own code.
  struct Internals;

  /// The IPv4 wildcard address 0.0.0.0.
  InetAddress();

  /// The first address of a host.
  ///
  /// `host` is an IPv4 literal of four decimal parts ("192.0.2.1"), an IPv6 literal with or without brackets and scope
  /// ("::1", "[fe80::1%eth0]", "fe80::1%2"), or a name. A literal is never looked up. Anything else that ends like a
  /// number ("127.1", "0x7f.1", "0177.0.0.1", "2130706433") is refused and never reaches the resolver, since systems
  /// disagree on what it means (https://url.spec.whatwg.org/#ends-in-a-number-checker).
  ///
  /// Blocks as long as the system's resolver does if `host` is a name.
  ///
  /// @param host a literal or a name
  /// @return its first address, in the system's order of preference (RFC 6724)
  /// @throws UnknownHostException the host is empty, malformed or has no address
  static InetAddress getByName(const std::string& host);

  /// All addresses of a host. Takes what getByName takes, and blocks as it does.
  ///
  /// @param host a literal or a name
  /// @return at least one address, in the system's order of preference
  /// @throws UnknownHostException the host is empty, malformed or has no address
  static std::vector<InetAddress> getAllByName(const std::string& host);

  /// An address from its bytes, nothing looked up. An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) becomes IPv4,
  /// as in Java. Never blocks.
  ///
  /// @param bytes the address in network byte order; not null
  /// @param size  4 for IPv4, 16 for IPv6
  /// @return the address, without a name
  /// @throws std::invalid_argument another size, or null
  static InetAddress getByAddress(const std::uint8_t* bytes, std::size_t size);

  /// The same with a name, which is taken as it is and not checked.
  ///
  /// @param host    the name for getHostName() and toString(); may be empty
  /// @param bytes   the address in network byte order; not null
  /// @param size    4 for IPv4, 16 for IPv6
  /// @param scopeId the IPv6 scope (RFC 4007), 0 for none; ignored for IPv4
  /// @return the address with that name
  /// @throws std::invalid_argument another size, or null
  static InetAddress getByAddress(const std::string& host, const std::uint8_t* bytes, std::size_t size,
                                  std::uint32_t scopeId = 0);

  /// The loopback address. Never blocks.
  ///
  /// @return localhost/127.0.0.1
  static InetAddress getLoopbackAddress();

  /// The address of this machine's own name. Blocks as long as the system's resolver does.
  ///
  /// @return the first address of that name
  /// @throws UnknownHostException the name cannot be had or has no address
  static InetAddress getLocalHost();

  /// The address as text. Never blocks.
  ///
  /// @return "192.0.2.1", or RFC 5952's form of an IPv6 address with its scope as a number ("2001:db8::ff:1",
  ///         "fe80::1%2"; Java does not shorten)
  std::string getHostAddress() const;

  /// The name this address was made with. One that was made without is looked up, which may block as long as the
  /// system's resolver does. The object stays as it is (Java remembers the answer).
  ///
  /// @return the name; one that was looked up counts only if it leads back to this address, and where there is none it
  ///         is getHostAddress()
  std::string getHostName() const;

  /// The name the system's resolver has for this address. May block as long as the resolver does.
  ///
  /// @return the name, or getHostAddress() if there is none that leads back here
  std::string getCanonicalHostName() const;

  /// The bytes of the address.
  ///
  /// @return 4 or 16 bytes in network byte order
  std::vector<std::uint8_t> getAddress() const;

  /// Whether it is an IPv4 address.
  ///
  /// @return whether it is; an IPv4-mapped one was made IPv4
  bool isIPv4() const noexcept { return !ipv6_; }

  /// Whether it is an IPv6 address.
  ///
  /// @return whether it is
  bool isIPv6() const noexcept { return ipv6_; }

  /// The IPv6 scope (RFC 4007), the number of a network interface.
  ///
  /// @return the number; 0 if there is none
  std::uint32_t getScopeId() const noexcept { return scope_id_; }

  /// Whether it stands for any address of this machine.
  ///
  /// @return true for `0.0.0.0` and `::`
  bool isAnyLocalAddress() const noexcept;

  /// Whether it is this machine as it speaks to itself.
  ///
  /// @return true for 127.0.0.0/8 (RFC 1122 section 3.2.1.3) and `::1`
  bool isLoopbackAddress() const noexcept;

  /// Whether it is good on one link only.
  ///
  /// @return true for 169.254.0.0/16 (RFC 3927) and `fe80::/10` (RFC 4291)
  bool isLinkLocalAddress() const noexcept;

  /// Whether it is a private address.
  ///
  /// @return true for 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) and, as in Java, `fec0::/10`
  bool isSiteLocalAddress() const noexcept;

  /// Whether it is a group's address.
  ///
  /// @return true for 224.0.0.0/4 (RFC 5771) and `ff00::/8`
  bool isMulticastAddress() const noexcept;

  /// Name and address as text. Never blocks.
  ///
  /// @return "localhost/127.0.0.1", or "/127.0.0.1" without a name
  std::string toString() const;

  /// Compares. The name has no say, as in Java.
  ///
  /// @param left  an address
  /// @param right another
  /// @return whether bytes and scope are the same
  friend bool operator==(const InetAddress& left, const InetAddress& right) noexcept {
    return left.ipv6_ == right.ipv6_ && left.scope_id_ == right.scope_id_ && left.bytes_ == right.bytes_;
  }

  /// The opposite of ==.
  ///
  /// @param left  an address
  /// @param right another
  /// @return whether bytes or scope differ
  friend bool operator!=(const InetAddress& left, const InetAddress& right) noexcept { return !(left == right); }

  /// An order for sorted containers.
  ///
  /// @param left  an address
  /// @param right another
  /// @return whether `left` comes first: IPv4 before IPv6, then by bytes and scope
  friend NETLITE_API bool operator<(const InetAddress& left, const InetAddress& right) noexcept;

  /// Writes toString().
  ///
  /// @param out     where to
  /// @param address the address
  /// @return `out`
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

/// Agrees with ==: the name has no say.
template <>
struct std::hash<netlite::InetAddress> {
  std::size_t operator()(const netlite::InetAddress& address) const noexcept { return address.hash(); }
};
