// SPDX-License-Identifier: MIT
//
// Sockets, their life and their bytes over POSIX. Where Linux has the better call (accept4, SOCK_CLOEXEC, MSG_NOSIGNAL)
// it is used; the BSDs get the same result by more calls.
// Thread-safety: as platform.hpp promises; no state here.
#include "platform/native_address.hpp"
#include "platform/platform.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace netlite::platform {

namespace {

#ifdef MSG_NOSIGNAL
constexpr int kNoSignal = MSG_NOSIGNAL;
#else
constexpr int kNoSignal = 0;  // SO_NOSIGPIPE does it, once for each socket
#endif

int descriptor(Handle handle) { return static_cast<int>(handle); }

std::error_code lastError() { return systemError(errno); }

std::error_code errorIfNegative(int result) { return result < 0 ? lastError() : std::error_code(); }

std::error_code setNumber(Handle handle, int level, int name, int value) {
  return errorIfNegative(::setsockopt(descriptor(handle), level, name, &value, sizeof value));
}

OptionValue getNumber(Handle handle, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor(handle), level, name, &value, &size) < 0) return {0, lastError()};
  return {value, {}};
}

#ifndef SOCK_CLOEXEC
std::error_code closeOnExec(Handle handle) { return errorIfNegative(::fcntl(descriptor(handle), F_SETFD, FD_CLOEXEC)); }
#endif

int nativeFamily(Family family) { return family == Family::ipv4 ? AF_INET : AF_INET6; }

int openDescriptor(Family family, int type) {
#ifdef SOCK_CLOEXEC
  type |= SOCK_CLOEXEC;
#endif
  return ::socket(nativeFamily(family), type, 0);
}

// What every new socket gets, wherever it comes from; the first failure is the answer.
std::error_code prepare(Handle handle, bool stream) {
  std::error_code error;
#ifndef SOCK_CLOEXEC
  error = closeOnExec(handle);
#endif
#ifdef SO_NOSIGPIPE
  if (!error) error = setNumber(handle, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
  if (!error && stream) error = setNumber(handle, IPPROTO_TCP, TCP_NODELAY, 1);
  return error;
}

Opened open(Family family, int type) {
  Opened opened{openDescriptor(family, type), {}};
  if (opened.handle < 0) return {kNoHandle, lastError()};
  opened.error = prepare(opened.handle, type == SOCK_STREAM);
  if (!opened.error && family != Family::ipv4) {
    opened.error = setNumber(opened.handle, IPPROTO_IPV6, IPV6_V6ONLY, family == Family::ipv6);
  }
  if (!opened.error) return opened;
  close(opened.handle);
  return {kNoHandle, opened.error};
}

Transfer transferred(ssize_t count) {
  if (count >= 0) return {Outcome::done, 0, static_cast<std::size_t>(count)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, errno, 0};
}

int acceptDescriptor(Handle listener, sockaddr_storage& remote) {
  socklen_t size = sizeof remote;
#ifdef SOCK_CLOEXEC
  return ::accept4(descriptor(listener), reinterpret_cast<sockaddr*>(&remote), &size, SOCK_CLOEXEC);
#else
  return ::accept(descriptor(listener), reinterpret_cast<sockaddr*>(&remote), &size);
#endif
}

// Errors of the connection that was to be taken, not of the listener: accept(2) says to treat them like EAGAIN.
bool diedInTheQueue(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
#ifdef ENONET
    case ENONET:
#endif
    case EHOSTUNREACH:
    case ENETUNREACH: return true;
    default: return false;
  }
}

Accepted taken(Handle handle, const sockaddr_storage& remote) {
  std::error_code error = prepare(handle, true);
#ifndef SOCK_CLOEXEC
  if (!error) error = setBlocking(handle, true);  // the BSDs inherit it from the listener
#endif
  if (!error) return {Outcome::done, handle, fromNative(remote), {}};
  close(handle);
  return {Outcome::failed, kNoHandle, {}, error};
}

std::error_code setLinger(Handle handle, int seconds) {
  linger value{};
  value.l_onoff = seconds >= 0;
  value.l_linger = seconds >= 0 ? seconds : 0;
  return errorIfNegative(::setsockopt(descriptor(handle), SOL_SOCKET, SO_LINGER, &value, sizeof value));
}

OptionValue getLinger(Handle handle) {
  linger value{};
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor(handle), SOL_SOCKET, SO_LINGER, &value, &size) < 0) return {0, lastError()};
  return {value.l_onoff ? value.l_linger : -1, {}};
}

std::error_code setTrafficClass(Handle handle, Family family, int value) {
  if (family == Family::ipv4) return setNumber(handle, IPPROTO_IP, IP_TOS, value);
  const std::error_code error = setNumber(handle, IPPROTO_IPV6, IPV6_TCLASS, value);
  if (family == Family::dualStack) setNumber(handle, IPPROTO_IP, IP_TOS, value);  // for its IPv4 peers, where allowed
  return error;
}

std::error_code bindTo(Handle handle, Family family, const InetSocketAddress& local) {
  sockaddr_storage native;
  const socklen_t size = toNative(local, family, native);
  return errorIfNegative(::bind(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size));
}

// Takes the peer of a datagram socket away.
std::error_code dissolve(Handle handle, Family family) {
  sockaddr_storage nobody{};
  nobody.ss_family = AF_UNSPEC;
  const socklen_t size = family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  const int result = ::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&nobody), size);
#ifndef __linux__
  if (result < 0 && errno == EAFNOSUPPORT) return {};  // the BSDs do it and complain all the same
#endif
  return errorIfNegative(result);
}

#ifdef __linux__
bool isDatagram(Handle handle) { return getNumber(handle, SOL_SOCKET, SO_TYPE).value == SOCK_DGRAM; }

// Linux forgets a port of its own choice when the socket's peer is taken away, but not one that was asked for. So the
// port that it has chosen is given back at once and asked for; should somebody be quicker, it chooses another.
std::error_code askForChosenPort(Handle handle, Family family, const InetSocketAddress& local) {
  constexpr int kTries = 16;
  std::error_code error;
  for (int i = 0; i < kTries; ++i) {
    const LocalAddress chosen = localAddress(handle);
    if (chosen.error) return chosen.error;
    if ((error = dissolve(handle, family))) return error;
    error = bindTo(handle, family, {local.getAddress(), chosen.address.getPort()});
    if (error != std::errc::address_in_use) return error;
    if ((error = bindTo(handle, family, local))) return error;
  }
  return error;
}
#endif

// Linux gives a socket what is sent to any group that anybody on this machine has joined.
void takeJoinedGroupsOnly([[maybe_unused]] Handle handle, [[maybe_unused]] Family family) {
#ifdef IP_MULTICAST_ALL
  setNumber(handle, IPPROTO_IP, IP_MULTICAST_ALL, 0);
#endif
#ifdef IPV6_MULTICAST_ALL
  if (family != Family::ipv4) setNumber(handle, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
#endif
}

// Joins or leaves by RFC 3678, whose names are the same for both families.
std::error_code changeGroup(Handle handle, int name, const InetAddress& group, std::uint32_t interfaceIndex) {
  group_req request{};
  request.gr_interface = interfaceIndex;
  toNative({group, 0}, group.isIPv4() ? Family::ipv4 : Family::ipv6, request.gr_group);
  const int level = group.isIPv4() ? IPPROTO_IP : IPPROTO_IPV6;
  return errorIfNegative(::setsockopt(descriptor(handle), level, name, &request, sizeof request));
}

// Whether shutdown ends a receive on a datagram socket that has no peer.
#ifdef __linux__
constexpr bool kShutdownEndsDatagrams = true;
#else
constexpr bool kShutdownEndsDatagrams = false;
#endif

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

Opened openStream(Family family) { return open(family, SOCK_STREAM); }

Opened openDatagram(Family family) {
  const Opened opened = open(family, SOCK_DGRAM);
  if (!opened.error) takeJoinedGroupsOnly(opened.handle, family);
  return opened;
}

void close(Handle handle) noexcept {
  ::close(descriptor(handle));  // not again after EINTR: the descriptor is gone and may be somebody else's
}

std::error_code setBlocking(Handle handle, bool blocking) {
  int nonBlocking = blocking ? 0 : 1;
  return errorIfNegative(::ioctl(descriptor(handle), FIONBIO, &nonBlocking));
}

std::error_code bind(Handle handle, Family family, const InetSocketAddress& local) {
  const std::error_code error = bindTo(handle, family, local);
#ifdef __linux__
  if (!error && local.getPort() == 0 && isDatagram(handle)) return askForChosenPort(handle, family, local);
#endif
  return error;
}

std::error_code listen(Handle handle, int backlog) {
#ifndef __linux__
  if (const std::error_code error = setBlocking(handle, false)) return error;
#endif
  return errorIfNegative(::listen(descriptor(handle), backlog > 0 ? backlog : SOMAXCONN));
}

Accepted accept(Handle listener) {
  for (;;) {
    sockaddr_storage remote;
    const int accepted = acceptDescriptor(listener, remote);
    if (accepted >= 0) {
      const Accepted result = taken(accepted, remote);
      // EINVAL is what the BSDs say of an option on a connection that has been reset meanwhile.
      if (result.outcome == Outcome::done || result.error != std::errc::invalid_argument) return result;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return {Outcome::wouldBlock, kNoHandle, {}, {}};
    } else if (!diedInTheQueue(errno)) {
      return {Outcome::failed, kNoHandle, {}, lastError()};
    }
  }
}

Transfer connect(Handle handle, Family family, const InetSocketAddress& remote) {
  sockaddr_storage native;
  const socklen_t size = toNative(remote, family, native);
  if (::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size) == 0) {
    return {Outcome::done, 0, 0};
  }
  // An interrupted connect goes on in the background, as connect(2) says; asking again would fail with EALREADY.
  if (errno == EINPROGRESS || errno == EINTR) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, errno, 0};
}

std::error_code connectResult(Handle handle) {
  const OptionValue pending = getNumber(handle, SOL_SOCKET, SO_ERROR);
  if (pending.error) return pending.error;
  return pending.value == 0 ? std::error_code() : systemError(pending.value);
}

Transfer receive(Handle handle, void* buffer, std::size_t size, bool mayBlock) {
  const int flags = mayBlock ? 0 : MSG_DONTWAIT;
  return transferred(::recv(descriptor(handle), buffer, size, flags));
}

Transfer send(Handle handle, const void* data, std::size_t size) {
  constexpr int flags = MSG_DONTWAIT | kNoSignal;
  return transferred(::send(descriptor(handle), data, size, flags));
}

Transfer available(Handle handle) {
  int count = 0;
  const int result = ::ioctl(descriptor(handle), FIONREAD, &count);
  return transferred(result < 0 ? result : count);
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const InetSocketAddress& remote) {
  constexpr int flags = MSG_DONTWAIT | kNoSignal;
  sockaddr_storage native;
  const socklen_t nativeSize = toNative(remote, family, native);
  const ssize_t count =
      ::sendto(descriptor(handle), data, size, flags, reinterpret_cast<const sockaddr*>(&native), nativeSize);
  // A connected socket of the BSDs knows where to and does not want to be told.
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
  return {got.outcome, got.count, (message.msg_flags & MSG_TRUNC) != 0, fromNative(remote), error};
}

std::error_code disconnect(Handle handle, Family family) {
  if (const std::error_code error = dissolve(handle, family)) return error;
  getNumber(handle, SOL_SOCKET, SO_ERROR);  // asking takes it away
  const LocalAddress local = localAddress(handle);
  if (local.error) return local.error;
  return local.address.getPort() != 0 ? std::error_code() : systemError(EADDRNOTAVAIL);
}

std::error_code joinGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex) {
  return changeGroup(handle, MCAST_JOIN_GROUP, group, interfaceIndex);
}

std::error_code leaveGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex) {
  return changeGroup(handle, MCAST_LEAVE_GROUP, group, interfaceIndex);
}

void wakeBlockedCalls(Handle handle) noexcept {
  ::shutdown(descriptor(handle), SHUT_RD);  // TCP has no message for it, so the peer does not notice
}

std::error_code shutdownInput(Handle handle) {
  const std::error_code error = errorIfNegative(::shutdown(descriptor(handle), SHUT_RD));
  return error == std::errc::not_connected ? std::error_code() : error;  // reset by the peer: nothing left to end
}

std::error_code shutdownOutput(Handle handle) { return errorIfNegative(::shutdown(descriptor(handle), SHUT_WR)); }

bool isHungUp(Handle handle) {
  pollfd polled{descriptor(handle), 0, 0};
  return ::poll(&polled, 1, 0) > 0;
}

LocalAddress localAddress(Handle handle) {
  sockaddr_storage native;
  socklen_t size = sizeof native;
  if (::getsockname(descriptor(handle), reinterpret_cast<sockaddr*>(&native), &size) < 0) return {{}, lastError()};
  return {fromNative(native), {}};
}

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  const NativeOption native = nativeOption(option, family);
  return setNumber(handle, native.level, native.name, value);
}

OptionValue getOption(Handle handle, Family family, Option option) {
  if (option == Option::linger) return getLinger(handle);
  const NativeOption native = nativeOption(option, family);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
