// SPDX-License-Identifier: MIT
//
// Options over setsockopt.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/option.hpp"

#include "platform/posix/descriptor.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netlite::platform {

namespace {

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
    case Option::trafficClass: break;
  }
  return family == Family::ipv4 ? NativeOption{IPPROTO_IP, IP_TOS} : NativeOption{IPPROTO_IPV6, IPV6_TCLASS};
}

}  // namespace

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  const NativeOption native = nativeOption(option, family);
  return setNumber(handle, native.level, native.name, value);
}

Result<int> getOption(Handle handle, Family family, Option option) {
  if (option == Option::linger) return getLinger(handle);
  const NativeOption native = nativeOption(option, family);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
