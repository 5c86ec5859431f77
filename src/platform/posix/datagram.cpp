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

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace netlite::platform {

namespace {

std::error_code removePeer(Handle handle, Family family) {
  sockaddr_storage none{};
  none.ss_family = AF_UNSPEC;
  const socklen_t size = family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  const int result = ::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&none), size);
#ifndef __linux__
  if (result < 0 && errno == EAFNOSUPPORT) return {};  // the BSDs remove the peer and report this anyway
#endif
  return errorIfNegative(result);
}

// By default Linux delivers to a socket what is sent to any group that any program on this machine has joined.
void takeJoinedGroupsOnly([[maybe_unused]] Handle handle, [[maybe_unused]] Family family) {
#ifdef IP_MULTICAST_ALL
  setNumber(handle, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#endif
#ifdef IPV6_MULTICAST_ALL
  if (family != Family::ipv4) setNumber(handle, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
}

// Where a system lacks the option or refuses it, the destination of datagrams stays unknown.
void reportDestination(Handle handle, Family family) {
#if defined(IP_RECVPKTINFO)
  setNumber(handle, IPPROTO_IP, IP_RECVPKTINFO, 1);
#elif defined(IP_PKTINFO)
  setNumber(handle, IPPROTO_IP, IP_PKTINFO, 1);
#elif defined(IP_RECVDSTADDR)
  setNumber(handle, IPPROTO_IP, IP_RECVDSTADDR, 1);
#endif
  if (family != Family::ipv4) setNumber(handle, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

// Ancillary data: at most one report for each IP version.
struct Control {
  alignas(cmsghdr) unsigned char bytes[128];
};

template <class Value>
void setControl(msghdr& message, int level, int type, const Value& value) {
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
  message.msg_controllen = CMSG_SPACE(sizeof value);
}

template <class Value>
Value controlValue(const cmsghdr& header) {
  Value value{};
  std::memcpy(&value, CMSG_DATA(&header), sizeof value);
  return value;
}

// An IPv4 source takes IPv4's form of report, on an IPv6 socket too.
void setSource(msghdr& message, const Address& source) {
  if (source.isIPv6) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.bytes.data(), sizeof info.ipi6_addr);
    info.ipi6_ifindex = source.scopeId;
    return setControl(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
#if defined(IP_PKTINFO)
  in_pktinfo info{};
  std::memcpy(&info.ipi_spec_dst, source.bytes.data(), sizeof info.ipi_spec_dst);
  setControl(message, IPPROTO_IP, IP_PKTINFO, info);
#elif defined(IP_SENDSRCADDR)
  in_addr address{};
  std::memcpy(&address, source.bytes.data(), sizeof address);
  setControl(message, IPPROTO_IP, IP_SENDSRCADDR, address);
#endif
}

Address ipv4Address(const in_addr& native) {
  Address address;
  std::memcpy(address.bytes.data(), &native, sizeof native);
  return address;
}

bool isToMany(const in_addr& address) {
  return IN_MULTICAST(ntohl(address.s_addr)) || address.s_addr == htonl(INADDR_BROADCAST);
}

void addIPv4Destination(const in_addr& address, bool isUnicast, Datagram& datagram) {
  datagram.local = ipv4Address(address);
  datagram.isUnicast = datagram.isUnicast && isUnicast && !isToMany(address);
}

// As for a sender, the scope is set only if the address needs one.
void addIPv6Destination(const in6_pktinfo& info, Datagram& datagram) {
  const in6_addr& address = info.ipi6_addr;
  const bool needsScope = IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MC_LINKLOCAL(&address);
  datagram.local = fromNative(address, needsScope ? static_cast<std::uint32_t>(info.ipi6_ifindex) : 0);
  if (IN6_IS_ADDR_MULTICAST(&address)) datagram.isUnicast = false;
}

void addDestination(const cmsghdr& header, Datagram& datagram) {
  if (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_PKTINFO) {
    return addIPv6Destination(controlValue<in6_pktinfo>(header), datagram);
  }
  if (header.cmsg_level != IPPROTO_IP) return;
#if defined(IP_PKTINFO)
  if (header.cmsg_type != IP_PKTINFO) return;
  const auto info = controlValue<in_pktinfo>(header);
#ifdef __linux__
  const bool isUnicast = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;  // else spec_dst is where answers come from
#else
  const bool isUnicast = true;  // this report does not say
#endif
  addIPv4Destination(info.ipi_addr, isUnicast, datagram);
#elif defined(IP_RECVDSTADDR)
  if (header.cmsg_type == IP_RECVDSTADDR) addIPv4Destination(controlValue<in_addr>(header), true, datagram);
#endif
}

// Linux reports the destination of an IPv4 datagram on a dual-stack socket in both forms, of which only IPv4's
// identifies a broadcast.
void readDestination(msghdr& message, Datagram& datagram) {
  datagram.isUnicast = true;
#ifdef MSG_BCAST
  datagram.isUnicast = (message.msg_flags & MSG_BCAST) == 0;
#endif
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    addDestination(*header, datagram);
  }
  datagram.isUnicast = datagram.isUnicast && !(datagram.local == Address());
}

Transfer sendFrom(Handle handle, const void* data, std::size_t size, sockaddr_storage& remote, socklen_t remoteSize,
                  const Address& source, int flags) {
  Control control{};
  iovec bytes{const_cast<void*>(data), size};
  msghdr message{};
  message.msg_name = &remote;
  message.msg_namelen = remoteSize;
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  setSource(message, source);
  return transferred(uninterrupted([&] { return ::sendmsg(descriptor(handle), &message, flags); }));
}

// RFC 3678: the names of these options are the same for both families.
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

// When a socket's peer is removed, Linux releases the port if it was the kernel's choice, and keeps it if it was
// requested. So this releases the chosen port and binds to it explicitly; if another process takes it first, it tries
// again with a new one.
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
  if (!opened) return opened;
  takeJoinedGroupsOnly(*opened, family);
  reportDestination(*opened, family);
  return opened;
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const Address& remote,
                const Address* source) {
  constexpr int flags = MSG_DONTWAIT | kNoSignal;
  sockaddr_storage native;
  const socklen_t nativeSize = toNative(remote, family, native);
  if (source != nullptr) return sendFrom(handle, data, size, native, nativeSize, *source, flags);
  const ssize_t count = uninterrupted([&] {
    return ::sendto(descriptor(handle), data, size, flags, reinterpret_cast<const sockaddr*>(&native), nativeSize);
  });
  // A connected socket of the BSDs refuses a destination.
  if (count < 0 && errno == EISCONN) return send(handle, data, size);
  return transferred(count);
}

Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool mayBlock) {
  const bool blocks = mayBlock && kShutdownEndsDatagrams;
  sockaddr_storage remote{};
  Control control;
  iovec bytes{buffer, size};
  msghdr message{};
  message.msg_name = &remote;
  message.msg_namelen = sizeof remote;
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  const Transfer got =
      transferred(blocks ? ::recvmsg(descriptor(handle), &message, 0)
                         : uninterrupted([&] { return ::recvmsg(descriptor(handle), &message, MSG_DONTWAIT); }));
  Datagram datagram{got.outcome, got.count, (message.msg_flags & MSG_TRUNC) != 0, fromNative(remote), {}, false, {}};
  if (got.outcome == Outcome::failed) datagram.error = got.error();
  if (got.outcome == Outcome::done) readDestination(message, datagram);
  return datagram;
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
