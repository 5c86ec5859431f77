// SPDX-License-Identifier: MIT
//
// Names and addresses over getaddrinfo and getnameinfo.
// Thread-safety: no shared state.
#include "platform/resolver.hpp"

#include "platform/native_address.hpp"
#include "platform/posix/descriptor.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

namespace netlite::platform {

namespace {

struct FreeInterfaces {
  void operator()(ifaddrs* list) const noexcept { ::freeifaddrs(list); }
};

bool hasAddress(const ifaddrs& entry, const Address& address) {
  Addresses own;
  if (entry.ifa_addr == nullptr) return false;
  const bool isIPv6 = entry.ifa_addr->sa_family == AF_INET6;
  addNative(own, *entry.ifa_addr, isIPv6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  return !own.empty() && own[0].isIPv6 == address.isIPv6 && own[0].bytes == address.bytes;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, FreeAddresses>;

std::error_code lookUpError(int number) { return number == EAI_SYSTEM ? systemError(errno) : resolverError(number); }

std::error_code lookUp(const std::string& host, AddressList& list) {
  addrinfo hints{};
  // AI_ADDRCONFIG stays off: it would hide addresses on a machine that has only its loopback network.
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes once for each protocol
  addrinfo* found = nullptr;
  int result;
  do {
    result = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  } while (result == EAI_SYSTEM && errno == EINTR);
  if (result != 0) return lookUpError(result);
  list.reset(found);
  return {};
}

}  // namespace

Result<Addresses> resolve(const std::string& host) {
  AddressList list;
  if (const std::error_code error = lookUp(host, list)) return error;
  Addresses addresses;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    addNative(addresses, *entry->ai_addr, entry->ai_addrlen);
  }
  if (addresses.empty()) return resolverError(EAI_NONAME);
  return addresses;
}

std::string reverseLookup(const Address& address) {
  sockaddr_storage native{};
  const socklen_t size = toNative(address, address.isIPv6 ? Family::ipv6 : Family::ipv4, native);
  char name[NI_MAXHOST];
  const int result =
      ::getnameinfo(reinterpret_cast<const sockaddr*>(&native), size, name, sizeof name, nullptr, 0, NI_NAMEREQD);
  return result == 0 ? name : "";
}

Result<std::string> localHostName() {
  char name[256] = {};  // gethostname may cut a long name without a terminating zero: the last one is never written to
  if (::gethostname(name, sizeof name - 1) != 0) return lastError();
  return std::string(name);
}

std::uint32_t interfaceIndex(const std::string& name) { return ::if_nametoindex(name.c_str()); }

std::uint32_t interfaceWith(const Address& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) return 0;
  const std::unique_ptr<ifaddrs, FreeInterfaces> owned(list);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const std::uint32_t index = ::if_nametoindex(entry->ifa_name);
    if (hasAddress(*entry, address) && (address.scopeId == 0 || address.scopeId == index)) return index;
  }
  return 0;
}

}  // namespace netlite::platform
