// SPDX-License-Identifier: MIT
//
// The resolver.cpp section of platform.hpp, over GetAddrInfoW and GetNameInfoW. A host name that is not ASCII is asked
// for by its international form (RFC 5891), which the system makes of it.
// Thread-safety: no shared state.
#include "platform/native_address.hpp"
#include "platform/platform.hpp"
#include "platform/windows/utf16.hpp"
#include "platform/windows/winsock.hpp"

#include <iphlpapi.h>

#include <memory>

namespace netlite::platform {

namespace {

struct FreeAddresses {
  void operator()(ADDRINFOW* list) const { ::FreeAddrInfoW(list); }
};
using AddressList = std::unique_ptr<ADDRINFOW, FreeAddresses>;

std::error_code lookUp(const std::string& host, AddressList& list) {
  if (const std::error_code error = startWinsock()) return error;
  const std::wstring name = toUtf16(host);
  if (name.empty()) return resolverError(EAI_NONAME);  // which the system would take for this machine
  ADDRINFOW hints{};
  // AI_ADDRCONFIG stays off: it would hide addresses on a machine that has only its loopback network.
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // else every address comes once for each protocol
  ADDRINFOW* found = nullptr;
  if (const int result = ::GetAddrInfoW(name.c_str(), nullptr, &hints, &found)) return resolverError(result);
  list.reset(found);
  return {};
}

}  // namespace

Resolved resolve(const std::string& host) {
  AddressList list;
  if (const std::error_code error = lookUp(host, list)) return {{}, error};
  Resolved resolved;
  for (const ADDRINFOW* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    addNamed(resolved.addresses, host, *entry->ai_addr, entry->ai_addrlen);
  }
  if (resolved.addresses.empty()) resolved.error = resolverError(EAI_NONAME);
  return resolved;
}

HostName reverseLookup(const InetAddress& address) {
  if (startWinsock()) return {};
  sockaddr_storage native{};
  const Family family = address.isIPv4() ? Family::ipv4 : Family::ipv6;
  const int size = toNative(InetSocketAddress(address, 0), family, native);
  wchar_t name[NI_MAXHOST];
  const int result =
      ::GetNameInfoW(reinterpret_cast<const sockaddr*>(&native), size, name, NI_MAXHOST, nullptr, 0, NI_NAMEREQD);
  return {result == 0 ? toUtf8(name) : ""};
}

LocalHostName localHostName() {
  wchar_t name[256];
  DWORD length = 256;
  if (!::GetComputerNameExW(ComputerNameDnsHostname, name, &length)) {
    return {"", systemError(static_cast<int>(::GetLastError()))};
  }
  return {toUtf8({name, length}), {}};
}

// By the name that people see ("Ethernet"), or the one that the system gives to programs ("ethernet_32769").
std::uint32_t interfaceIndex(const std::string& name) {
  NET_LUID luid{};
  NET_IFINDEX index = 0;
  if (::ConvertInterfaceAliasToLuid(toUtf16(name).c_str(), &luid) != NO_ERROR) return ::if_nametoindex(name.c_str());
  return ::ConvertInterfaceLuidToIndex(&luid, &index) == NO_ERROR ? index : 0;
}

}  // namespace netlite::platform
