// SPDX-License-Identifier: MIT
//
// UnixDomainSocketAddress: the address of a socket on this machine, java.net.UnixDomainSocketAddress as a value.
#pragma once

#include <netlite/export.hpp>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

namespace netlite {

/// The address of a socket on this machine, java.net.UnixDomainSocketAddress as a value: a path in the file system, or
/// on Linux an abstract name. Its std::hash agrees with ==.
///
/// ```cpp
/// netlite::UnixDomainSocketAddress address("/run/lines.sock");
/// netlite::TcpServer server(netlite::ServerSocket(address), [](netlite::Socket& client) {
///   netlite::BufferedReader in(client.getInputStream());
///   netlite::PrintWriter out(client.getOutputStream(), true);
///   for (const std::string& line : in.lines()) out.println(line);
/// });
/// server.start();
/// netlite::Socket socket(address);
/// ```
///
/// The permissions of the path and of its folder decide who may connect: the path gets those that the umask leaves, and
/// connecting requires write permission (on Linux and most other systems). Everybody on the machine may connect to an
/// abstract name. Socket::getPeerCredentials() says who has connected.
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API UnixDomainSocketAddress {
 public:
  /// A path. Creates no file: a server does when it binds.
  ///
  /// @param path in UTF-8 on Windows; 1 byte to the system's limit (107 bytes on Linux and Windows, 103 on macOS). A
  ///             relative path means the working directory at the time of bind or connect
  /// @throws std::invalid_argument the path is empty, longer than the limit, which the message names, or contains a NUL
  explicit UnixDomainSocketAddress(const std::string& path);

  /// A name of Linux's abstract namespace, which is not in the file system: it has no permissions, and disappears with
  /// the server. On other systems such an address can be made, and binding or connecting to it throws a SocketException
  /// (std::errc::address_family_not_supported).
  ///
  /// @param name 1 byte to the system's limit, of any value
  /// @throws std::invalid_argument the name is empty or longer than the limit, which the message names
  static UnixDomainSocketAddress abstractName(const std::string& name);

  /// The path as given, or the abstract name. The reference is valid as long as this object exists.
  const std::string& getPath() const noexcept { return name_; }

  /// Whether this is an abstract name.
  bool isAbstract() const noexcept { return is_abstract_; }

  /// The address as text: "unix:/run/lines.sock", and "unix:@name" for an abstract name, with '@' for a NUL in it.
  std::string toString() const;

  /// Compares the paths as they were given: two paths of one file differ.
  friend bool operator==(const UnixDomainSocketAddress& left, const UnixDomainSocketAddress& right) noexcept {
    return left.is_abstract_ == right.is_abstract_ && left.name_ == right.name_;
  }

  /// The opposite of ==.
  friend bool operator!=(const UnixDomainSocketAddress& left, const UnixDomainSocketAddress& right) noexcept {
    return !(left == right);
  }

  /// An order for sorted containers: paths before abstract names, then by their bytes.
  friend NETLITE_API bool operator<(const UnixDomainSocketAddress& left, const UnixDomainSocketAddress& right) noexcept;

  /// Writes toString().
  friend NETLITE_API std::ostream& operator<<(std::ostream& out, const UnixDomainSocketAddress& address);

 private:
  std::string name_;
  bool is_abstract_ = false;
};

}  // namespace netlite

/// Agrees with ==.
template <>
struct std::hash<netlite::UnixDomainSocketAddress> {
  std::size_t operator()(const netlite::UnixDomainSocketAddress& address) const noexcept {
    return std::hash<std::string>()(address.getPath()) * 2 + (address.isAbstract() ? 1 : 0);
  }
};
