// SPDX-License-Identifier: MIT
//
// Names of hosts.
// Thread-safety: see the header.
#include "ssl/host_name.hpp"

#include "ssl/openssl.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace netlite::ssl {

namespace {

using OwnedAddress = std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>>;

std::string withoutBrackets(const std::string& host) {
  const bool hasBrackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return hasBrackets ? host.substr(1, host.size() - 2) : host;
}

// std::tolower asks the locale.
char lower(char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string checkedHost(const std::string& host) {
  std::string name = withoutBrackets(host);
  if (name.find('\0') != std::string::npos) throw std::invalid_argument("host with a NUL in it");
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  if (name.empty()) throw std::invalid_argument("host is empty");
  if (name.front() == '.') throw std::invalid_argument("host begins with a dot: " + host);
  const std::string withoutScope = name.substr(0, name.find('%'));
  return isAddress(withoutScope) ? withoutScope : name;
}

bool isAddress(const std::string& host) {
  const OwnedAddress address(a2i_IPADDRESS(host.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

std::string checkedServerName(const std::string& name) {
  const std::string checked = inLowerCase(checkedHost(name));
  const bool hasStar = checked.compare(0, 2, "*.") == 0;
  const std::string rest = hasStar ? checked.substr(2) : checked;
  const bool hasEmptyLabel = rest.empty() || rest.front() == '.' || rest.find("..") != std::string::npos;
  if (hasEmptyLabel || rest.find('*') != std::string::npos || isAddress(checked)) {
    throw std::invalid_argument("not a host name: " + name);
  }
  return checked;
}

std::string wildcardFor(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos ? std::string() : "*" + name.substr(dot);
}

std::string inLowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text;
}

}  // namespace netlite::ssl
