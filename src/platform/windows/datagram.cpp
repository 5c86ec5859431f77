// SPDX-License-Identifier: MIT
//
// UDP over Winsock.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/datagram.hpp"

#include "platform/native_address.hpp"
#include "platform/socket.hpp"
#include "platform/windows/winsock.hpp"

#include <cstring>

namespace netlite::platform {

namespace {

#ifdef SIO_UDP_NETRESET
constexpr DWORD kReportNetReset = SIO_UDP_NETRESET;
#else
constexpr DWORD kReportNetReset = _WSAIOW(IOC_VENDOR, 15);  // mingw-w64 10 does not name it
#endif

// Removes the peer of a datagram socket.
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
// unconnected socket. A datagram that was too long on its way (WSAENETRESET) says nothing about the peer's port.
Transfer failedDatagram(Handle handle) {
  const int error = ::WSAGetLastError();
  if (!isReport(error)) return {Outcome::failed, error, 0};
  if (error == WSAENETRESET || !hasPeer(handle)) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, WSAECONNREFUSED, 0};
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
  return opened;
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const Address& remote,
                const Address*) {
  sockaddr_storage native;
  const int nativeSize = toNative(remote, family, native);
  const char* const bytes = size == 0 ? "" : static_cast<const char*>(data);
  const Transfer gone = transferred(::sendto(nativeSocket(handle), bytes, clampedSize(size), 0,
                                             reinterpret_cast<const sockaddr*>(&native), nativeSize));
  return gone.outcome == Outcome::failed ? failedDatagram(handle) : gone;
}

Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool) {
  sockaddr_storage remote{};
  int remoteSize = sizeof remote;
  char none = 0;
  char* const bytes = size == 0 ? &none : static_cast<char*>(buffer);
  Transfer got = transferred(
      ::recvfrom(nativeSocket(handle), bytes, clampedSize(size), 0, reinterpret_cast<sockaddr*>(&remote), &remoteSize));
  const bool truncated = got.outcome == Outcome::failed && got.errorNumber == WSAEMSGSIZE;
  if (truncated) {
    got = {Outcome::done, 0, size};
  } else if (got.outcome == Outcome::failed) {
    got = failedDatagram(handle);
  }
  const std::error_code error = got.outcome == Outcome::failed ? got.error() : std::error_code();
  return {got.outcome, got.count, truncated, fromNative(remote), {}, error};
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
