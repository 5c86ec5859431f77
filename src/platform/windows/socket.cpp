// SPDX-License-Identifier: MIT
//
// Sockets and their bytes over Winsock. Every socket is non-blocking, and all waiting is done in wait.cpp.
// Thread-safety: as platform/socket.hpp promises; no state here.
#include "platform/socket.hpp"

#include "platform/native_address.hpp"
#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <climits>

namespace netlite::platform {

namespace {

// For one call. Windows accepts any amount from a non-blocking send, into memory that cannot be paged out.
constexpr std::size_t kMaxSendSize = 128 * 1024;

std::error_code setNonBlocking(Handle handle, bool nonBlocking) {
  u_long value = nonBlocking ? 1 : 0;
  return errorIfNegative(::ioctlsocket(nativeSocket(handle), static_cast<long>(FIONBIO), &value));
}

std::error_code forbidInheritance(Handle handle) {
  const bool done = ::SetHandleInformation(reinterpret_cast<HANDLE>(handle), HANDLE_FLAG_INHERIT, 0) != 0;
  return done ? std::error_code() : systemError(static_cast<int>(::GetLastError()));
}

int nativeFamily(Family family) {
  if (family == Family::unixDomain) return AF_UNIX;
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

SOCKET openNative(Family family, int type) {
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const SOCKET opened = ::WSASocketW(nativeFamily(family), type, 0, nullptr, 0, flags);
  if (opened != INVALID_SOCKET || ::WSAGetLastError() != WSAEINVAL) return opened;
  // Before Windows 7 SP1 the system does not know the second flag.
  return ::WSASocketW(nativeFamily(family), type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED);
}

// The settings that every new socket gets, opened or accepted. Returns the first failure.
std::error_code prepare(Handle handle, bool isTcp) {
  std::error_code error = forbidInheritance(handle);
  if (!error) error = setNonBlocking(handle, true);
  if (!error && isTcp) error = setNumber(handle, IPPROTO_TCP, TCP_NODELAY, 1);
  return error;
}

SOCKET acceptSocket(Handle listener, sockaddr_storage& remote) {
  int size = sizeof remote;
  return ::accept(nativeSocket(listener), reinterpret_cast<sockaddr*>(&remote), &size);
}

// Errors of the connection that was to be accepted, not of the listener. That connection has left the queue.
// WSAENETDOWN is not one of them: on Windows it concerns the whole network, and lasts.
bool diedInTheQueue(int error) {
  switch (error) {
    case WSAEINTR:
    case WSAECONNABORTED:
    case WSAECONNRESET:
    case WSAENETRESET:
    case WSAENOTCONN:
    case WSAETIMEDOUT: return true;
    default: return false;
  }
}

Accepted adopt(Handle handle, const sockaddr_storage& remote) {
  const std::error_code error = prepare(handle, remote.ss_family != AF_UNIX);
  if (!error) return {Outcome::done, handle, fromNative(remote), {}};
  close(handle);
  return {Outcome::failed, kNoHandle, {}, error};
}

// A socket with SO_REUSEADDR can take any port that is in use, unless the socket that uses it has forbidden that. So
// every socket forbids it, except datagram sockets that are to share their port.
std::error_code forbidSharing(Handle handle) {
  if (isDatagram(handle)) {
    const Result<int> shared = getNumber(handle, SOL_SOCKET, SO_REUSEADDR);
    if (shared && *shared != 0) return {};
  }
  return setNumber(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
}

}  // namespace

Result<Handle> openSocket(Family family, int type) {
  if (const std::error_code error = startWinsock()) return error;
  const SOCKET socket = openNative(family, type);
  if (socket == INVALID_SOCKET) return lastError();
  const auto opened = static_cast<Handle>(socket);
  std::error_code error = prepare(opened, type == SOCK_STREAM && family != Family::unixDomain);
  if (!error && (family == Family::ipv6 || family == Family::dualStack)) {
    error = setNumber(opened, IPPROTO_IPV6, IPV6_V6ONLY, family == Family::ipv6);
  }
  if (!error) return opened;
  close(opened);
  return error;
}

Result<Handle> openStream(Family family) { return openSocket(family, SOCK_STREAM); }

void close(Handle handle) noexcept {
  if (::closesocket(nativeSocket(handle)) == 0 || ::WSAGetLastError() != WSAEWOULDBLOCK) return;
  // SO_LINGER makes close block, which a non-blocking socket refuses: it is still open.
  setNonBlocking(handle, false);
  ::closesocket(nativeSocket(handle));
}

// Nothing reliably ends a call that is blocked in Winsock (closesocket does not end a send, shutdown ends neither recv
// nor accept), so every socket stays non-blocking.
std::error_code setBlocking(Handle, bool) { return {}; }

std::error_code bind(Handle handle, Family family, const Address& local) {
  if (const std::error_code error = forbidSharing(handle)) return error;
  sockaddr_storage native;
  const int size = toNative(local, family, native);
  return errorIfNegative(::bind(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&native), size));
}

std::error_code listen(Handle handle, int backlog) {
  return errorIfNegative(::listen(nativeSocket(handle), backlog > 0 ? backlog : SOMAXCONN));
}

Accepted accept(Handle listener) {
  for (;;) {
    sockaddr_storage remote;
    const SOCKET accepted = acceptSocket(listener, remote);
    if (accepted != INVALID_SOCKET) {
      const Accepted result = adopt(static_cast<Handle>(accepted), remote);
      // The options of a connection that has been reset meanwhile cannot be set.
      const bool died = result.error == std::errc::invalid_argument || diedInTheQueue(result.error.value());
      if (!died) return result;
    } else if (::WSAGetLastError() == WSAEWOULDBLOCK) {
      return {Outcome::wouldBlock, kNoHandle, {}, {}};
    } else if (!diedInTheQueue(::WSAGetLastError())) {
      return {Outcome::failed, kNoHandle, {}, lastError()};
    }
  }
}

Transfer connect(Handle handle, Family family, const Address& remote) {
  sockaddr_storage native;
  const int size = toNative(remote, family, native);
  const Transfer connected =
      transferred(::connect(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&native), size));
  if (connected.outcome == Outcome::done && isDatagram(handle)) setReportsUnreachable(handle, true);
  return connected;
}

std::error_code connectResult(Handle handle) {
  const Result<int> pending = getNumber(handle, SOL_SOCKET, SO_ERROR);
  if (!pending) return pending.error();
  return *pending == 0 ? std::error_code() : systemError(*pending);
}

Transfer receive(Handle handle, void* buffer, std::size_t size, bool) {
  return transferred(::recv(nativeSocket(handle), static_cast<char*>(buffer), clampedSize(size), 0));
}

Transfer send(Handle handle, const void* data, std::size_t size) {
  return transferred(::send(nativeSocket(handle), static_cast<const char*>(data), clampedSize(size, kMaxSendSize), 0));
}

Transfer available(Handle handle) {
  u_long count = 0;
  const int result = ::ioctlsocket(nativeSocket(handle), FIONREAD, &count);
  return transferred(result < 0 ? result : static_cast<int>(std::min<u_long>(count, INT_MAX)));
}

void wakeBlockedCalls(Handle, bool) noexcept {}

// When bytes arrive on a connection whose input is shut down, Windows resets it, which the peer would notice.
std::error_code shutdownInput(Handle) { return {}; }

std::error_code shutdownOutput(Handle handle) {
  const std::error_code error = errorIfNegative(::shutdown(nativeSocket(handle), SD_SEND));
  return error == std::errc::not_connected ? std::error_code() : error;  // reset by the peer: nothing left to end
}

// POLLHUP alone means only that the peer has shut down its output.
bool isHungUp(Handle handle) {
  WSAPOLLFD polled{nativeSocket(handle), 0, 0};
  return ::WSAPoll(&polled, 1, 0) > 0 && (polled.revents & POLLERR) != 0;
}

Result<Address> localAddress(Handle handle) {
  sockaddr_storage native;
  int size = sizeof native;
  if (::getsockname(nativeSocket(handle), reinterpret_cast<sockaddr*>(&native), &size) < 0) return lastError();
  return fromNative(native);
}

}  // namespace netlite::platform
