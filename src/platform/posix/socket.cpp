// SPDX-License-Identifier: MIT
//
// Sockets and their bytes over POSIX, with accept4, SOCK_CLOEXEC and MSG_NOSIGNAL where they exist.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/socket.hpp"

#include "platform/native_address.hpp"
#include "platform/posix/descriptor.hpp"
#include "platform/thread.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace netlite::platform {

namespace {

#ifndef SOCK_CLOEXEC
std::error_code closeOnExec(Handle handle) { return errorIfNegative(::fcntl(descriptor(handle), F_SETFD, FD_CLOEXEC)); }
#endif

int nativeFamily(Family family) {
  if (family == Family::unixDomain) return AF_UNIX;
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

int openDescriptor(Family family, int type) {
#ifdef SOCK_CLOEXEC
  type |= SOCK_CLOEXEC;
#endif
  return ::socket(nativeFamily(family), type, 0);
}

// The settings that every new socket gets, opened or accepted. Returns the first failure.
std::error_code prepare(Handle handle, bool isTcp) {
  std::error_code error;
#ifndef SOCK_CLOEXEC
  error = closeOnExec(handle);
#endif
#ifdef SO_NOSIGPIPE
  if (!error) error = setNumber(handle, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
  if (!error && isTcp) error = setNumber(handle, IPPROTO_TCP, TCP_NODELAY, 1);
  return error;
}

int acceptDescriptor(Handle listener, sockaddr_storage& remote) {
  socklen_t size = sizeof remote;
  remote.ss_family = AF_UNIX;  // the BSDs write nothing for a Unix-domain peer, which has no address
#ifdef SOCK_CLOEXEC
  return ::accept4(descriptor(listener), reinterpret_cast<sockaddr*>(&remote), &size, SOCK_CLOEXEC);
#else
  return ::accept(descriptor(listener), reinterpret_cast<sockaddr*>(&remote), &size);
#endif
}

// Errors of the connection that was to be accepted, not of the listener: accept(2) says to treat them like EAGAIN.
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

Accepted adopt(Handle handle, const sockaddr_storage& remote) {
  std::error_code error = prepare(handle, remote.ss_family != AF_UNIX);
#ifndef SOCK_CLOEXEC
  if (!error) error = setBlocking(handle, true);  // the BSDs inherit it from the listener
#endif
  if (!error) return {Outcome::done, handle, fromNative(remote), {}};
  close(handle);
  return {Outcome::failed, kNoHandle, {}, error};
}

}  // namespace

Result<Handle> openSocket(Family family, int type) {
  const Handle opened = openDescriptor(family, type);
  if (opened < 0) return lastError();
  std::error_code error = prepare(opened, type == SOCK_STREAM && family != Family::unixDomain);
  if (!error && (family == Family::ipv6 || family == Family::dualStack)) {
    error = setNumber(opened, IPPROTO_IPV6, IPV6_V6ONLY, family == Family::ipv6);
  }
  if (!error) return opened;
  close(opened);
  return error;
}

std::error_code bindTo(Handle handle, Family family, const Address& local) {
  sockaddr_storage native;
  const socklen_t size = toNative(local, family, native);
  return errorIfNegative(::bind(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size));
}

Result<Handle> openStream(Family family) { return openSocket(family, SOCK_STREAM); }

void close(Handle handle) noexcept {
  const NoCancellation uninterrupted;
  ::close(descriptor(handle));  // not again after EINTR: the descriptor is gone, and its number may be in use again
}

std::error_code setBlocking(Handle handle, bool blocking) {
  int nonBlocking = blocking ? 0 : 1;
  return errorIfNegative(::ioctl(descriptor(handle), FIONBIO, &nonBlocking));
}

std::error_code bind(Handle handle, Family family, const Address& local) {
  const std::error_code error = bindTo(handle, family, local);
  if (!error && local.port == 0 && isDatagram(handle)) return keepChosenPort(handle, family, local);
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
      const Accepted result = adopt(accepted, remote);
      // EINVAL is what the BSDs report for an option on a connection that has been reset meanwhile.
      if (result.outcome == Outcome::done || result.error != std::errc::invalid_argument) return result;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return {Outcome::wouldBlock, kNoHandle, {}, {}};
    } else if (!diedInTheQueue(errno)) {
      return {Outcome::failed, kNoHandle, {}, lastError()};
    }
  }
}

Transfer connect(Handle handle, Family family, const Address& remote) {
  sockaddr_storage native;
  const socklen_t size = toNative(remote, family, native);
  if (::connect(descriptor(handle), reinterpret_cast<const sockaddr*>(&native), size) == 0) {
    return {Outcome::done, 0, 0};
  }
  // An interrupted connect goes on in the background (connect(2)); asking again would fail with EALREADY.
  if (errno == EINPROGRESS || errno == EINTR) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, errno, 0};
}

std::error_code connectResult(Handle handle) {
  const Result<int> pending = getNumber(handle, SOL_SOCKET, SO_ERROR);
  if (!pending) return pending.error();
  return *pending == 0 ? std::error_code() : systemError(*pending);
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

void wakeBlockedCalls(Handle handle, bool writers) noexcept {
  ::shutdown(descriptor(handle), writers ? SHUT_RDWR : SHUT_RD);  // TCP has no message for SHUT_RD
}

std::error_code shutdownInput(Handle handle) {
  const std::error_code error = errorIfNegative(::shutdown(descriptor(handle), SHUT_RD));
  return error == std::errc::not_connected ? std::error_code() : error;  // reset by the peer: nothing left to end
}

std::error_code shutdownOutput(Handle handle) {
  const std::error_code error = errorIfNegative(::shutdown(descriptor(handle), SHUT_WR));
  return error == std::errc::not_connected ? std::error_code() : error;  // as above
}

bool isHungUp(Handle handle) {
  pollfd polled{descriptor(handle), 0, 0};
  return ::poll(&polled, 1, 0) > 0;
}

Result<Address> localAddress(Handle handle) {
  sockaddr_storage native;
  socklen_t size = sizeof native;
  if (::getsockname(descriptor(handle), reinterpret_cast<sockaddr*>(&native), &size) < 0) return lastError();
  return fromNative(native);
}

}  // namespace netlite::platform
