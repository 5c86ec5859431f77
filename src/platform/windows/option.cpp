// SPDX-License-Identifier: MIT
//
// Options over setsockopt.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/option.hpp"

#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <climits>

namespace netlite::platform {

namespace {

std::error_code setLinger(Handle handle, int seconds) {
  linger value{};
  value.l_onoff = seconds >= 0;
  value.l_linger = static_cast<u_short>(std::clamp<int>(seconds, 0, USHRT_MAX));
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&value), sizeof value));
}

Result<int> getLinger(Handle handle) {
  linger value{};
  int size = sizeof value;
  const int result = ::getsockopt(nativeSocket(handle), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&value), &size);
  if (result < 0) return lastError();
  return value.l_onoff ? value.l_linger : -1;
}

// Windows honours it only by policy and does not store it: set it where possible, ignore errors.
std::error_code setTrafficClass(Handle handle, Family family, int value) {
  if (family == Family::ipv4) {
    setNumber(handle, IPPROTO_IP, IP_TOS, value);
  } else {
    setNumber(handle, IPPROTO_IPV6, IPV6_TCLASS, value);
  }
  return {};
}

std::error_code setMulticast(Handle handle, Family family, int ipv4Name, int ipv4Value, int ipv6Name, int ipv6Value) {
  if (family == Family::ipv4) return setNumber(handle, IPPROTO_IP, ipv4Name, ipv4Value);
  const std::error_code error = setNumber(handle, IPPROTO_IPV6, ipv6Name, ipv6Value);
  if (family == Family::dualStack) setNumber(handle, IPPROTO_IP, ipv4Name, ipv4Value);  // where allowed
  return error;
}

// Windows takes an interface's number in place of its address: 0.0.0.x.
std::error_code setMulticastInterface(Handle handle, Family family, int index) {
  const auto ipv4Value = static_cast<int>(htonl(static_cast<u_long>(index)));
  return setMulticast(handle, family, IP_MULTICAST_IF, ipv4Value, IPV6_MULTICAST_IF, index);
}

// The numbers, since mingw-w64 10 does not name all of them.
constexpr int kKeepIdle = 3;
constexpr int kKeepCount = 16;
constexpr int kKeepInterval = 17;

// Windows before 10 and Wine do not have them.
std::error_code setKeepAliveDetail(Handle handle, int name, int value) {
  const std::error_code error = setNumber(handle, IPPROTO_TCP, name, value);
  return error.value() == WSAENOPROTOOPT ? std::error_code() : error;
}

Result<int> getKeepAliveDetail(Handle handle, int name) {
  const Result<int> value = getNumber(handle, IPPROTO_TCP, name);
  return value.error().value() == WSAENOPROTOOPT ? Result<int>(systemError(WSAEOPNOTSUPP)) : value;
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
    case Option::sendBufferSize: return {SOL_SOCKET, SO_SNDBUF};
    case Option::receiveBufferSize: return {SOL_SOCKET, SO_RCVBUF};
    case Option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
    case Option::multicastTimeToLive:
      return family == Family::ipv4 ? NativeOption{IPPROTO_IP, IP_MULTICAST_TTL}
                                    : NativeOption{IPPROTO_IPV6, IPV6_MULTICAST_HOPS};
    case Option::multicastLoopback:
      return family == Family::ipv4 ? NativeOption{IPPROTO_IP, IP_MULTICAST_LOOP}
                                    : NativeOption{IPPROTO_IPV6, IPV6_MULTICAST_LOOP};
    case Option::keepIdle: return {IPPROTO_TCP, kKeepIdle};
    case Option::keepInterval: return {IPPROTO_TCP, kKeepInterval};
    case Option::keepCount: return {IPPROTO_TCP, kKeepCount};
    case Option::multicastInterface:
    case Option::reuseAddress:
    case Option::trafficClass: break;
  }
  return {SOL_SOCKET, SO_REUSEADDR};
}

bool isKeepAliveDetail(Option option) {
  return option == Option::keepIdle || option == Option::keepInterval || option == Option::keepCount;
}

bool isForUnixDomain(Option option) { return option == Option::sendBufferSize || option == Option::receiveBufferSize; }

}  // namespace

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (family == Family::unixDomain && !isForUnixDomain(option)) return {};
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  // On a listener SO_REUSEADDR would let other programs take the port, so it is never set.
  if (option == Option::reuseAddress && !isDatagram(handle)) return {};
  if (option == Option::multicastTimeToLive) {
    return setMulticast(handle, family, IP_MULTICAST_TTL, value, IPV6_MULTICAST_HOPS, value);
  }
  if (option == Option::multicastLoopback) {
    return setMulticast(handle, family, IP_MULTICAST_LOOP, value, IPV6_MULTICAST_LOOP, value);
  }
  if (option == Option::multicastInterface) return setMulticastInterface(handle, family, value);
  const NativeOption native = nativeOption(option, family);
  if (isKeepAliveDetail(option)) return setKeepAliveDetail(handle, native.name, value);
  return setNumber(handle, native.level, native.name, value);
}

Result<int> getOption(Handle handle, Family family, Option option) {
  if (family == Family::unixDomain && !isForUnixDomain(option)) return systemError(WSAEOPNOTSUPP);
  if (option == Option::linger) return getLinger(handle);
  const bool isStored = option != Option::trafficClass && option != Option::multicastInterface &&
                        (option != Option::reuseAddress || isDatagram(handle));
  if (!isStored) return systemError(WSAEOPNOTSUPP);
  const NativeOption native = nativeOption(option, family);
  if (isKeepAliveDetail(option)) return getKeepAliveDetail(handle, native.name);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
