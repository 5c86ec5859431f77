// SPDX-License-Identifier: MIT
//
// Names and addresses over GetAddrInfoW and GetNameInfoW.
// Thread-safety: no shared state.
#include "platform/resolver.hpp"

#include "platform/native_address.hpp"
#include "platform/windows/utf16.hpp"
#include "platform/windows/winsock.hpp"

#include <iphlpapi.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace netlite::platform {

namespace {

bool hasAddress(const IP_ADAPTER_ADDRESSES& adapter, const Address& address) {
  Addresses own;
  for (const auto* each = adapter.FirstUnicastAddress; each != nullptr; each = each->Next) {
    addNative(own, *each->Address.lpSockaddr, static_cast<std::size_t>(each->Address.iSockaddrLength));
  }
  const auto isSame = [&](const Address& mine) { return mine.isIPv6 == address.isIPv6 && mine.bytes == address.bytes; };
  return std::any_of(own.begin(), own.end(), isSame);
}

struct FreeAddresses {
  void operator()(ADDRINFOW* list) const { ::FreeAddrInfoW(list); }
};
using AddressList = std::unique_ptr<ADDRINFOW, FreeAddresses>;

// The system itself converts a host name that is not ASCII (RFC 5891).
std::error_code lookUp(const std::string& host, AddressList& list) {
  if (const std::error_code error = startWinsock()) return error;
  const std::wstring name = toUtf16(host);
  if (name.empty()) return resolverError(EAI_NONAME);  // Windows would take it for this machine
  ADDRINFOW hints{};
  // AI_ADDRCONFIG stays off: it would hide addresses on a machine that has only its loopback network.
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes once for each protocol
  ADDRINFOW* found = nullptr;
  if (const int result = ::GetAddrInfoW(name.c_str(), nullptr, &hints, &found)) return resolverError(result);
  list.reset(found);
  return {};
}

}  // namespace

Result<Addresses> resolve(const std::string& host) {
  AddressList list;
  if (const std::error_code error = lookUp(host, list)) return error;
  Addresses addresses;
  for (const ADDRINFOW* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    addNative(addresses, *entry->ai_addr, entry->ai_addrlen);
  }
  if (addresses.empty()) return resolverError(EAI_NONAME);
  return addresses;
}

std::string reverseLookup(const Address& address) {
  if (startWinsock()) return {};
  sockaddr_storage native{};
  const int size = toNative(address, address.isIPv6 ? Family::ipv6 : Family::ipv4, native);
  wchar_t name[NI_MAXHOST];
  const int result =
      ::GetNameInfoW(reinterpret_cast<const sockaddr*>(&native), size, name, NI_MAXHOST, nullptr, 0, NI_NAMEREQD);
  return result == 0 ? toUtf8(name) : "";
}

Result<std::string> localHostName() {
  wchar_t name[256];
  DWORD length = 256;
  if (!::GetComputerNameExW(ComputerNameDnsHostname, name, &length)) {
    return systemError(static_cast<int>(::GetLastError()));
  }
  return toUtf8({name, length});
}

// Takes the name that people see ("Ethernet") and the one for programs ("ethernet_32769").
std::uint32_t interfaceIndex(const std::string& name) {
  NET_LUID luid{};
  NET_IFINDEX index = 0;
  if (::ConvertInterfaceAliasToLuid(toUtf16(name).c_str(), &luid) != NO_ERROR) return ::if_nametoindex(name.c_str());
  return ::ConvertInterfaceLuidToIndex(&luid, &index) == NO_ERROR ? index : 0;
}

std::uint32_t interfaceWith(const Address& address) {
  constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
  ULONG size = 0;
  ::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, nullptr, &size);
  std::vector<IP_ADAPTER_ADDRESSES> list(size / sizeof(IP_ADAPTER_ADDRESSES) + 1);
  if (::GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, list.data(), &size) != NO_ERROR) return 0;
  for (const IP_ADAPTER_ADDRESSES* each = list.data(); each != nullptr; each = each->Next) {
    const std::uint32_t index = address.isIPv6 ? each->Ipv6IfIndex : each->IfIndex;
    if (hasAddress(*each, address) && (address.scopeId == 0 || address.scopeId == index)) return index;
  }
  return 0;
}

}  // namespace netlite::platform
