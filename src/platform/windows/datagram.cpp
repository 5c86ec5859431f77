// SPDX-License-Identifier: MIT
//
// UDP over Winsock.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/datagram.hpp"

#include "platform/native_address.hpp"
#include "platform/socket.hpp"
#include "platform/windows/winsock.hpp"

#include <atomic>
#include <cstring>

namespace netlite::platform {

namespace {

#ifdef SIO_UDP_NETRESET
constexpr DWORD kReportNetReset = SIO_UDP_NETRESET;
#else
constexpr DWORD kReportNetReset = _WSAIOW(IOC_VENDOR, 15);  // mingw-w64 10 does not name it
#endif

std::error_code removePeer(Handle handle, Family family) {
  const sockaddr_storage none{};
  const int size = static_cast<int>(family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  return errorIfNegative(::connect(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&none), size));
}

bool hasPeer(Handle handle) {
  sockaddr_storage native;
  int size = sizeof native;
  return ::getpeername(nativeSocket(handle), reinterpret_cast<sockaddr*>(&native), &size) == 0;
}

void setReports(Handle handle, DWORD which, bool on) {
  BOOL value = on ? TRUE : FALSE;
  DWORD size = 0;
  ::WSAIoctl(nativeSocket(handle), which, &value, sizeof value, nullptr, 0, &size, nullptr, nullptr);
}

bool isReport(int error) { return error == WSAECONNRESET || error == WSAENETRESET || error == WSAECONNREFUSED; }

// The failure of a call on a datagram socket. Port-unreachable arrives as WSAECONNRESET, and is dropped on an
// unconnected socket. A datagram whose time to live has expired (WSAENETRESET) says nothing about the peer's port.
Transfer failedDatagram(Handle handle) {
  const int error = ::WSAGetLastError();
  if (!isReport(error)) return {Outcome::failed, error, 0};
  if (error == WSAENETRESET || !hasPeer(handle)) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, WSAECONNREFUSED, 0};
}

// A socket that carries only IPv6 refuses the option of IPv4, which is ignored.
void reportDestination(Handle handle, Family family) {
  setNumber(handle, IPPROTO_IP, IP_PKTINFO, 1);
  if (family != Family::ipv4) setNumber(handle, IPPROTO_IPV6, IPV6_PKTINFO, 1);
}

// Ancillary data: at most one report for each IP version.
struct Control {
  alignas(WSACMSGHDR) char bytes[128];
};

// WSARecvMsg is an extension whose address a program has to query. Every thread gets the same address.
LPFN_WSARECVMSG receiveMessage(Handle handle) {
  static std::atomic<LPFN_WSARECVMSG> found{nullptr};
  LPFN_WSARECVMSG call = found.load(std::memory_order_relaxed);
  if (call != nullptr) return call;
  GUID id = WSAID_WSARECVMSG;
  DWORD size = 0;
  ::WSAIoctl(nativeSocket(handle), SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &call, sizeof call, &size,
             nullptr, nullptr);
  found.store(call, std::memory_order_relaxed);
  return call;
}

template <class Value>
void setControl(WSAMSG& message, int level, int type, const Value& value) {
  WSACMSGHDR* const header = WSA_CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = WSA_CMSG_LEN(sizeof value);
  std::memcpy(WSA_CMSG_DATA(header), &value, sizeof value);
  message.Control.len = WSA_CMSG_SPACE(sizeof value);
}

template <class Value>
Value controlValue(WSACMSGHDR& header) {
  Value value{};
  std::memcpy(&value, WSA_CMSG_DATA(&header), sizeof value);
  return value;
}

// An IPv4 source takes IPv4's form of report, on an IPv6 socket too.
void setSource(WSAMSG& message, const Address& source) {
  if (source.isIPv6) {
    IN6_PKTINFO info{};
    std::memcpy(&info.ipi6_addr, source.bytes.data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = source.scopeId;
    return setControl(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  IN_PKTINFO info{};
  std::memcpy(&info.ipi_addr, source.bytes.data(), sizeof info.ipi_addr);
  setControl(message, IPPROTO_IP, IP_PKTINFO, info);
}

bool isToMany(const in_addr& address) {
  const bool isMulticast = (ntohl(address.s_addr) >> 28) == 0xe;
  return isMulticast || address.s_addr == htonl(INADDR_BROADCAST);
}

void addIPv4Destination(const IN_PKTINFO& info, Datagram& datagram) {
  datagram.local = Address();
  std::memcpy(datagram.local.bytes.data(), &info.ipi_addr, sizeof info.ipi_addr);
  if (isToMany(info.ipi_addr)) datagram.isUnicast = false;
}

// As for a sender, the scope is set only if the address needs one.
void addIPv6Destination(const IN6_PKTINFO& info, Datagram& datagram) {
  const in6_addr& address = info.ipi6_addr;
  const bool needsScope = IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MC_LINKLOCAL(&address);
  datagram.local = fromNative(address, needsScope ? static_cast<std::uint32_t>(info.ipi6_ifindex) : 0);
  if (IN6_IS_ADDR_MULTICAST(&address)) datagram.isUnicast = false;
}

void addDestination(WSACMSGHDR& header, Datagram& datagram) {
  if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    addIPv6Destination(controlValue<IN6_PKTINFO>(header), datagram);
  } else if (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_PKTINFO) {
    addIPv4Destination(controlValue<IN_PKTINFO>(header), datagram);
  }
}

void readDestination(WSAMSG& message, Datagram& datagram) {
  datagram.isUnicast = (message.dwFlags & (MSG_BCAST | MSG_MCAST)) == 0;
  for (WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message); header != nullptr;
       header = WSA_CMSG_NXTHDR(&message, header)) {
    addDestination(*header, datagram);
  }
  datagram.isUnicast = datagram.isUnicast && !(datagram.local == Address());
}

WSAMSG messageOf(sockaddr_storage& remote, int remoteSize, WSABUF& bytes, Control& control) {
  WSAMSG message{};
  message.name = reinterpret_cast<sockaddr*>(&remote);
  message.namelen = remoteSize;
  message.lpBuffers = &bytes;
  message.dwBufferCount = 1;
  message.Control = {sizeof control.bytes, control.bytes};
  return message;
}

Transfer sendFrom(Handle handle, const char* data, std::size_t size, sockaddr_storage& remote, int remoteSize,
                  const Address& source) {
  Control control{};
  WSABUF bytes{static_cast<ULONG>(clampedSize(size)), const_cast<char*>(data)};
  WSAMSG message = messageOf(remote, remoteSize, bytes, control);
  setSource(message, source);
  DWORD sent = 0;
  const int result = ::WSASendMsg(nativeSocket(handle), &message, 0, &sent, nullptr, nullptr);
  return transferred(result < 0 ? result : static_cast<int>(sent));
}

// Windows takes an interface's number in place of its address: 0.0.0.x.
std::error_code changeIPv4Group(Handle handle, int name, const Address& group, std::uint32_t interfaceIndex) {
  ip_mreq request{};
  std::memcpy(&request.imr_multiaddr, group.bytes.data(), sizeof request.imr_multiaddr);
  request.imr_interface.s_addr = htonl(interfaceIndex);
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), IPPROTO_IP, name, reinterpret_cast<const char*>(&request), sizeof request));
}

std::error_code changeIPv6Group(Handle handle, int name, const Address& group, std::uint32_t interfaceIndex) {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, group.bytes.data(), sizeof request.ipv6mr_multiaddr);
  request.ipv6mr_interface = interfaceIndex;
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), IPPROTO_IPV6, name, reinterpret_cast<const char*>(&request), sizeof request));
}

}  // namespace

void setReportsUnreachable(Handle handle, bool on) { setReports(handle, static_cast<DWORD>(SIO_UDP_CONNRESET), on); }

Result<Handle> openDatagram(Family family) {
  const Result<Handle> opened = openSocket(family, SOCK_DGRAM);
  if (!opened) return opened;
  setReportsUnreachable(*opened, false);
  setReports(*opened, kReportNetReset, false);
  reportDestination(*opened, family);
  return opened;
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const Address& remote,
                const Address* source) {
  sockaddr_storage native;
  const int nativeSize = toNative(remote, family, native);
  const char* const bytes = size == 0 ? "" : static_cast<const char*>(data);
  const Transfer gone = source != nullptr
                            ? sendFrom(handle, bytes, size, native, nativeSize, *source)
                            : transferred(::sendto(nativeSocket(handle), bytes, clampedSize(size), 0,
                                                   reinterpret_cast<const sockaddr*>(&native), nativeSize));
  return gone.outcome == Outcome::failed ? failedDatagram(handle) : gone;
}

Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool) {
  const LPFN_WSARECVMSG receive = receiveMessage(handle);
  if (receive == nullptr) return {Outcome::failed, 0, false, {}, {}, false, lastError()};
  sockaddr_storage remote{};
  Control control{};
  char none = 0;
  WSABUF bytes{static_cast<ULONG>(clampedSize(size)), size == 0 ? &none : static_cast<char*>(buffer)};
  WSAMSG message = messageOf(remote, sizeof remote, bytes, control);
  DWORD count = 0;
  const int result = receive(nativeSocket(handle), &message, &count, nullptr, nullptr);
  Transfer got = transferred(result < 0 ? result : static_cast<int>(count));
  const bool truncated = got.outcome == Outcome::failed && got.errorNumber == WSAEMSGSIZE;
  if (truncated) {
    got = {Outcome::done, 0, size};
  } else if (got.outcome == Outcome::failed) {
    got = failedDatagram(handle);
  }
  Datagram datagram{got.outcome, got.count, truncated, fromNative(remote), {}, false, {}};
  if (got.outcome == Outcome::failed) datagram.error = got.error();
  if (got.outcome == Outcome::done) readDestination(message, datagram);
  return datagram;
}

std::error_code disconnect(Handle handle, Family family) {
  if (const std::error_code error = removePeer(handle, family)) return error;
  setReportsUnreachable(handle, false);
  getNumber(handle, SOL_SOCKET, SO_ERROR);  // reading clears it
  const Result<Address> local = localAddress(handle);
  if (!local) return local.error();
  return local->port != 0 ? std::error_code() : systemError(WSAEADDRNOTAVAIL);
}

std::error_code joinGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex) {
  if (!group.isIPv6) return changeIPv4Group(handle, IP_ADD_MEMBERSHIP, group, interfaceIndex);
  return changeIPv6Group(handle, IPV6_ADD_MEMBERSHIP, group, interfaceIndex);
}

std::error_code leaveGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex) {
  if (!group.isIPv6) return changeIPv4Group(handle, IP_DROP_MEMBERSHIP, group, interfaceIndex);
  return changeIPv6Group(handle, IPV6_DROP_MEMBERSHIP, group, interfaceIndex);
}

}  // namespace netlite::platform
