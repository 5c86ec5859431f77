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

struct NativeOption {
  int level;
  int name;
};

NativeOption nativeOption(Option option) {
  switch (option) {
    case Option::tcpNoDelay: return {IPPROTO_TCP, TCP_NODELAY};
    case Option::keepAlive: return {SOL_SOCKET, SO_KEEPALIVE};
    case Option::linger: return {SOL_SOCKET, SO_LINGER};
    case Option::sendBufferSize: return {SOL_SOCKET, SO_SNDBUF};
    case Option::receiveBufferSize: return {SOL_SOCKET, SO_RCVBUF};
    case Option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
    case Option::reuseAddress:
    case Option::trafficClass: break;
  }
  return {SOL_SOCKET, SO_REUSEADDR};
}

}  // namespace

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  // On a listener SO_REUSEADDR would let others take the port; what it does on other systems Windows does anyway.
  if (option == Option::reuseAddress && !isDatagram(handle)) return {};
  const NativeOption native = nativeOption(option);
  return setNumber(handle, native.level, native.name, value);
}

Result<int> getOption(Handle handle, Family, Option option) {
  if (option == Option::linger) return getLinger(handle);
  const bool isStored = option != Option::trafficClass && (option != Option::reuseAddress || isDatagram(handle));
  if (!isStored) return systemError(WSAEOPNOTSUPP);
  const NativeOption native = nativeOption(option);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
