// SPDX-License-Identifier: MIT
//
// Options over setsockopt.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/option.hpp"

#include "platform/posix/descriptor.hpp"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace netlite::platform {

namespace {

constexpr int kNoOption = -1;  // in place of a name that the system does not have

std::error_code setLinger(Handle handle, int seconds) {
  linger value{};
  value.l_onoff = seconds >= 0;
  value.l_linger = seconds >= 0 ? seconds : 0;
  return errorIfNegative(::setsockopt(descriptor(handle), SOL_SOCKET, SO_LINGER, &value, sizeof value));
}

Result<int> getLinger(Handle handle) {
  linger value{};
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor(handle), SOL_SOCKET, SO_LINGER, &value, &size) < 0) return lastError();
  return value.l_onoff ? value.l_linger : -1;
}

std::error_code setTrafficClass(Handle handle, Family family, int value) {
  if (family == Family::ipv4) return setNumber(handle, IPPROTO_IP, IP_TOS, value);
  const std::error_code error = setNumber(handle, IPPROTO_IPV6, IPV6_TCLASS, value);
  if (family == Family::dualStack) setNumber(handle, IPPROTO_IP, IP_TOS, value);  // for its IPv4 peers, where allowed
  return error;
}

// Octets: the BSDs accept nothing else for the options of IPv4's multicast.
std::error_code setOctet(Handle handle, int name, int value) {
  const auto octet = static_cast<unsigned char>(value);
  return errorIfNegative(::setsockopt(descriptor(handle), IPPROTO_IP, name, &octet, sizeof octet));
}

Result<int> getOctet(Handle handle, int name) {
  unsigned char octet = 0;
  socklen_t size = sizeof octet;
  if (::getsockopt(descriptor(handle), IPPROTO_IP, name, &octet, &size) < 0) return lastError();
  return octet;
}

std::error_code setMulticast(Handle handle, Family family, int ipv4Name, int ipv6Name, int value) {
  if (family == Family::ipv4) return setOctet(handle, ipv4Name, value);
  const std::error_code error = setNumber(handle, IPPROTO_IPV6, ipv6Name, value);
  if (family == Family::dualStack) setOctet(handle, ipv4Name, value);  // where allowed
  return error;
}

std::error_code setIPv4Interface([[maybe_unused]] Handle handle, [[maybe_unused]] int index) {
#if defined(__linux__) || defined(__APPLE__) || defined(__FreeBSD__)
  ip_mreqn request{};
  request.imr_ifindex = index;
  return errorIfNegative(::setsockopt(descriptor(handle), IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request));
#else
  return systemError(EOPNOTSUPP);  // these systems take only an interface's address
#endif
}

std::error_code setMulticastInterface(Handle handle, Family family, int index) {
  if (family == Family::ipv4) return setIPv4Interface(handle, index);
  const std::error_code error = setNumber(handle, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
  if (family == Family::dualStack) setIPv4Interface(handle, index);  // where allowed
  return error;
}

#if defined(TCP_KEEPIDLE)
constexpr int kKeepIdle = TCP_KEEPIDLE;
#elif defined(TCP_KEEPALIVE)
constexpr int kKeepIdle = TCP_KEEPALIVE;
#else
constexpr int kKeepIdle = kNoOption;
#endif
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
constexpr int kKeepInterval = TCP_KEEPINTVL;
constexpr int kKeepCount = TCP_KEEPCNT;
#else
constexpr int kKeepInterval = kNoOption;
constexpr int kKeepCount = kNoOption;
#endif

bool isForUnixDomain(Option option) {
  switch (option) {
    case Option::keepAlive:
    case Option::linger:
    case Option::reuseAddress:
    case Option::sendBufferSize:
    case Option::receiveBufferSize: return true;
    default: return false;
  }
}

struct NativeOption {
  int level;
  int name;
};

NativeOption nativeOption(Option option, Family family) {
  switch (option) {
    case Option::tcpNoDelay: return {IPPROTO_TCP, TCP_NODELAY};
    case Option::keepAlive: return {SOL_SOCKET, SO_KEEPALIVE};
    case Option::linger: return {SOL_SOCKET, SO_LINGER};
    case Option::reuseAddress: return {SOL_SOCKET, SO_REUSEADDR};
    case Option::sendBufferSize: return {SOL_SOCKET, SO_SNDBUF};
    case Option::receiveBufferSize: return {SOL_SOCKET, SO_RCVBUF};
    case Option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
    case Option::keepIdle: return {IPPROTO_TCP, kKeepIdle};
    case Option::keepInterval: return {IPPROTO_TCP, kKeepInterval};
    case Option::keepCount: return {IPPROTO_TCP, kKeepCount};
    case Option::multicastTimeToLive: return {IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
    case Option::multicastLoopback: return {IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
    case Option::multicastInterface: return {IPPROTO_IPV6, kNoOption};
    case Option::trafficClass: break;
  }
  return family == Family::ipv4 ? NativeOption{IPPROTO_IP, IP_TOS} : NativeOption{IPPROTO_IPV6, IPV6_TCLASS};
}

}  // namespace

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (family == Family::unixDomain && !isForUnixDomain(option)) return {};
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  if (option == Option::multicastTimeToLive) {
    return setMulticast(handle, family, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, value);
  }
  if (option == Option::multicastLoopback) {
    return setMulticast(handle, family, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, value);
  }
  if (option == Option::multicastInterface) return setMulticastInterface(handle, family, value);
  const NativeOption native = nativeOption(option, family);
  if (native.name == kNoOption) return {};
  return setNumber(handle, native.level, native.name, value);
}

Result<int> getOption(Handle handle, Family family, Option option) {
  if (family == Family::unixDomain && !isForUnixDomain(option)) return systemError(EOPNOTSUPP);
  if (option == Option::linger) return getLinger(handle);
  if (family == Family::ipv4 && option == Option::multicastTimeToLive) return getOctet(handle, IP_MULTICAST_TTL);
  if (family == Family::ipv4 && option == Option::multicastLoopback) return getOctet(handle, IP_MULTICAST_LOOP);
  const NativeOption native = nativeOption(option, family);
  if (native.name == kNoOption) return systemError(EOPNOTSUPP);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
