// SPDX-License-Identifier: MIT
//
// UDP over POSIX.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/datagram.hpp"

#include "platform/native_address.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace netlite::platform {

namespace {

// Removes the peer of a datagram socket.
std::error_code removePeer(Handle handle, Family family) {
  sockaddr_storage none{};
  none.ss_family = AF_UNSPEC;
  const socklen_t size = family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  const int result = ::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&none), size);
#ifndef __linux__
  if (result < 0 && errno == EAFNOSUPPORT) return {};  // the BSDs do it and complain all the same
#endif
  return errorIfNegative(result);
}

// Linux delivers to a socket what is sent to any group that any program on this machine has joined.
void takeJoinedGroupsOnly([[maybe_unused]] Handle handle, [[maybe_unused]] Family family) {
#ifdef IP_MULTICAST_ALL
  setNumber(handle, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#endif
#ifdef IPV6_MULTICAST_ALL
  if (family != Family::ipv4) setNumber(handle, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
}

// Joins or leaves by RFC 3678, whose names are the same for both families.
std::error_code changeGroup(Handle handle, int name, const Address& group, std::uint32_t interfaceIndex) {
  group_req request{};
  request.gr_interface = interfaceIndex;
  toNative(group, group.isIPv6 ? Family::ipv6 : Family::ipv4, request.gr_group);
  const int level = group.isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  return errorIfNegative(::setsockopt(descriptor(handle), level, name, &request, sizeof request));
}

// Whether shutdown ends a receive on a datagram socket that has no peer.
#ifdef __linux__
constexpr bool kShutdownEndsDatagrams = true;
#else
constexpr bool kShutdownEndsDatagrams = false;
#endif

}  // namespace

// Linux forgets a port of its own choice when the socket's peer is removed, but not one that was asked for. So this
// releases the chosen port and binds to it explicitly; if another process takes it first, it tries again with a new
// one.
std::error_code keepChosenPort([[maybe_unused]] Handle handle, [[maybe_unused]] Family family,
                               [[maybe_unused]] const Address& local) {
  std::error_code error;
#ifdef __linux__
  constexpr int kTries = 16;
  for (int i = 0; i < kTries; ++i) {
    const Result<Address> chosen = localAddress(handle);
    if (!chosen) return chosen.error();
    if ((error = removePeer(handle, family))) return error;
    Address explicitly = local;
    explicitly.port = chosen->port;
    error = bindTo(handle, family, explicitly);
    if (error != std::errc::address_in_use) return error;
    if ((error = bindTo(handle, family, local))) return error;
  }
#endif
  return error;
}

Result<Handle> openDatagram(Family family) {
  const Result<Handle> opened = openSocket(family, SOCK_DGRAM);
  if (opened) takeJoinedGroupsOnly(*opened, family);
  return opened;
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const Address& remote,
                [[maybe_unused]] const Address* source) {
  constexpr int flags = MSG_DONTWAIT | kNoSignal;
  sockaddr_storage native;
  const socklen_t nativeSize = toNative(remote, family, native);
  const ssize_t count =
      ::sendto(descriptor(handle), data, size, flags, reinterpret_cast<const sockaddr*>(&native), nativeSize);
  // A connected socket of the BSDs refuses a destination.
  if (count < 0 && errno == EISCONN) return send(handle, data, size);
  return transferred(count);
}

Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool mayBlock) {
  const int flags = mayBlock && kShutdownEndsDatagrams ? 0 : MSG_DONTWAIT;
  sockaddr_storage remote{};
  iovec bytes{buffer, size};
  msghdr message{};
  message.msg_name = &remote;
  message.msg_namelen = sizeof remote;
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  const Transfer got = transferred(::recvmsg(descriptor(handle), &message, flags));
  const std::error_code error = got.outcome == Outcome::failed ? got.error() : std::error_code();
  return {got.outcome, got.count, (message.msg_flags & MSG_TRUNC) != 0, fromNative(remote), {}, error};
}

std::error_code disconnect(Handle handle, Family family) {
  if (const std::error_code error = removePeer(handle, family)) return error;
  getNumber(handle, SOL_SOCKET, SO_ERROR);  // reading clears it
  const Result<Address> local = localAddress(handle);
  if (!local) return local.error();
  return local->port != 0 ? std::error_code() : systemError(EADDRNOTAVAIL);
}

std::error_code joinGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex) {
  return changeGroup(handle, MCAST_JOIN_GROUP, group, interfaceIndex);
}

std::error_code leaveGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex) {
  return changeGroup(handle, MCAST_LEAVE_GROUP, group, interfaceIndex);
}

}  // namespace netlite::platform
