// SPDX-License-Identifier: MIT
//
// UnixDomainSocketAddress: a checked path or abstract name.
// Thread-safety: no shared state.
#include <netlite/unix_domain_socket_address.hpp>

#include "platform/unix_domain.hpp"

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <tuple>

namespace netlite {

namespace {

[[noreturn]] void throwUnlike(const std::string& what) {
  throw std::invalid_argument(what + " (1 to " + std::to_string(platform::maxUnixName()) + " bytes)");
}

const std::string& checkedName(const std::string& name, const char* what) {
  if (name.empty()) throwUnlike(what + std::string(" is empty"));
  if (name.size() <= platform::maxUnixName()) return name;
  throwUnlike(what + std::string(" is too long: ") + std::to_string(name.size()) + " bytes");
}

}  // namespace

UnixDomainSocketAddress::UnixDomainSocketAddress(const std::string& path)
    : name_(checkedName(path, "Unix-domain socket path")) {
  if (path.find('\0') != std::string::npos) throwUnlike("Unix-domain socket path contains a NUL");
}

UnixDomainSocketAddress UnixDomainSocketAddress::abstractName(const std::string& name) {
  UnixDomainSocketAddress address("@");
  address.name_ = checkedName(name, "abstract socket name");
  address.is_abstract_ = true;
  return address;
}

std::string UnixDomainSocketAddress::toString() const {
  if (!is_abstract_) return "unix:" + name_;
  std::string text = "unix:@" + name_;
  std::replace(text.begin(), text.end(), '\0', '@');
  return text;
}

bool operator<(const UnixDomainSocketAddress& left, const UnixDomainSocketAddress& right) noexcept {
  return std::tie(left.is_abstract_, left.name_) < std::tie(right.is_abstract_, right.name_);
}

std::ostream& operator<<(std::ostream& out, const UnixDomainSocketAddress& address) {
  return out << address.toString();
}

}  // namespace netlite
