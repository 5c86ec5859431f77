// SPDX-License-Identifier: MIT
//
// The resolver.cpp section of platform.hpp, over getaddrinfo and getnameinfo.
// Thread-safety: no shared state.
#include "platform/native_address.hpp"
#include "platform/platform.hpp"

#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace netlite::platform {

namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddressList = std::unique_ptr<addrinfo, FreeAddresses>;

std::error_code lookUpError(int number) { return number == EAI_SYSTEM ? systemError(errno) : resolverError(number); }

std::error_code lookUp(const std::string& host, AddressList& list) {
  addrinfo hints{};
  // AI_ADDRCONFIG stays off: it would hide addresses on a machine that has only its loopback network.
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // else every address comes once for each protocol
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

Resolved resolve(const std::string& host) {
  AddressList list;
  if (const std::error_code error = lookUp(host, list)) return {{}, error};
  Resolved resolved;
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    addNamed(resolved.addresses, host, *entry->ai_addr, entry->ai_addrlen);
  }
  if (resolved.addresses.empty()) resolved.error = resolverError(EAI_NONAME);
  return resolved;
}

HostName reverseLookup(const InetAddress& address) {
  sockaddr_storage native{};
  const Family family = address.isIPv4() ? Family::ipv4 : Family::ipv6;
  const socklen_t size = toNative(InetSocketAddress(address, 0), family, native);
  char name[NI_MAXHOST];
  const int result =
      ::getnameinfo(reinterpret_cast<const sockaddr*>(&native), size, name, sizeof name, nullptr, 0, NI_NAMEREQD);
  return {result == 0 ? name : ""};
}

LocalHostName localHostName() {
  char name[256] = {};  // a longer name may come without its terminating zero: the last one here is never written to
  if (::gethostname(name, sizeof name - 1) != 0) return {"", systemError(errno)};
  return {name, {}};
}

std::uint32_t interfaceIndex(const std::string& name) { return ::if_nametoindex(name.c_str()); }

}  // namespace netlite::platform
