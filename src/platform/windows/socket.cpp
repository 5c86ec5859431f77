// SPDX-License-Identifier: MIT
//
// Sockets, their life and their bytes over Winsock. Nothing surely ends a call that is blocked in it (closesocket does
// not end a send, shutdown ends neither recv nor accept), so no call ever blocks: every socket is non-blocking from its
// first moment, and all waiting is done in wait.cpp.
// Thread-safety: as platform.hpp promises; no state here.
#include "platform/native_address.hpp"
#include "platform/platform.hpp"
#include "platform/windows/winsock.hpp"

#include <algorithm>
#include <climits>
#include <cstring>

namespace netlite::platform {

namespace {

#ifdef SIO_UDP_NETRESET
constexpr DWORD kReportNetReset = SIO_UDP_NETRESET;
#else
constexpr DWORD kReportNetReset = _WSAIOW(IOC_VENDOR, 15);  // mingw-w64 10 does not name it
#endif

// For one call. Windows takes however much a non-blocking send gets, into memory that cannot be paged out.
constexpr std::size_t kMostToSend = 128 * 1024;

std::error_code errorIfNegative(int result) { return result < 0 ? lastError() : std::error_code(); }

std::error_code setNumber(Handle handle, int level, int name, int value) {
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), level, name, reinterpret_cast<const char*>(&value), sizeof value));
}

OptionValue getNumber(Handle handle, int level, int name) {
  int value = 0;
  int size = sizeof value;
  if (::getsockopt(nativeSocket(handle), level, name, reinterpret_cast<char*>(&value), &size) < 0) {
    return {0, lastError()};
  }
  return {value, {}};
}

std::error_code setNonBlocking(Handle handle, bool nonBlocking) {
  u_long value = nonBlocking ? 1 : 0;
  return errorIfNegative(::ioctlsocket(nativeSocket(handle), static_cast<long>(FIONBIO), &value));
}

std::error_code forbidInheritance(Handle handle) {
  const bool done = ::SetHandleInformation(reinterpret_cast<HANDLE>(handle), HANDLE_FLAG_INHERIT, 0) != 0;
  return done ? std::error_code() : systemError(static_cast<int>(::GetLastError()));
}

int nativeFamily(Family family) { return family == Family::ipv4 ? AF_INET : AF_INET6; }

SOCKET openSocket(Family family, int type) {
  const DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const SOCKET opened = ::WSASocketW(nativeFamily(family), type, 0, nullptr, 0, flags);
  if (opened != INVALID_SOCKET || ::WSAGetLastError() != WSAEINVAL) return opened;
  // Before Windows 7 SP1 the system does not know the second flag.
  return ::WSASocketW(nativeFamily(family), type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED);
}

// What every new socket gets, wherever it comes from; the first failure is the answer.
std::error_code prepare(Handle handle, bool stream) {
  std::error_code error = forbidInheritance(handle);
  if (!error) error = setNonBlocking(handle, true);
  if (!error && stream) error = setNumber(handle, IPPROTO_TCP, TCP_NODELAY, 1);
  return error;
}

Opened open(Family family, int type) {
  if (const std::error_code error = startWinsock()) return {kNoHandle, error};
  const SOCKET socket = openSocket(family, type);
  if (socket == INVALID_SOCKET) return {kNoHandle, lastError()};
  Opened opened{static_cast<Handle>(socket), {}};
  opened.error = prepare(opened.handle, type == SOCK_STREAM);
  if (!opened.error && family != Family::ipv4) {
    opened.error = setNumber(opened.handle, IPPROTO_IPV6, IPV6_V6ONLY, family == Family::ipv6);
  }
  if (!opened.error) return opened;
  close(opened.handle);
  return {kNoHandle, opened.error};
}

Transfer transferred(int count) {
  if (count >= 0) return {Outcome::done, 0, static_cast<std::size_t>(count)};
  const int error = ::WSAGetLastError();
  return {error == WSAEWOULDBLOCK || error == WSAEINTR ? Outcome::wouldBlock : Outcome::failed, error, 0};
}

int sizeOf(std::size_t size, std::size_t most = INT_MAX) { return static_cast<int>(std::min(size, most)); }

SOCKET acceptSocket(Handle listener, sockaddr_storage& remote) {
  int size = sizeof remote;
  return ::accept(nativeSocket(listener), reinterpret_cast<sockaddr*>(&remote), &size);
}

// Errors of the connection that was to be taken, which has left the queue with them, and not of the listener.
// WSAENETDOWN, which elsewhere is one of them, is the whole network's here, and lasts.
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

Accepted taken(Handle handle, const sockaddr_storage& remote) {
  const std::error_code error = prepare(handle, true);
  if (!error) return {Outcome::done, handle, fromNative(remote), {}};
  close(handle);
  return {Outcome::failed, kNoHandle, {}, error};
}

std::error_code setLinger(Handle handle, int seconds) {
  linger value{};
  value.l_onoff = seconds >= 0;
  value.l_linger = static_cast<u_short>(std::clamp<int>(seconds, 0, USHRT_MAX));
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&value), sizeof value));
}

OptionValue getLinger(Handle handle) {
  linger value{};
  int size = sizeof value;
  const int result = ::getsockopt(nativeSocket(handle), SOL_SOCKET, SO_LINGER, reinterpret_cast<char*>(&value), &size);
  if (result < 0) return {0, lastError()};
  return {value.l_onoff ? value.l_linger : -1, {}};
}

bool isDatagram(Handle handle) { return getNumber(handle, SOL_SOCKET, SO_TYPE).value == SOCK_DGRAM; }

// The system leaves the octet to its administrators and keeps no value: what can be said is said where it is heard.
std::error_code setTrafficClass(Handle handle, Family family, int value) {
  if (family == Family::ipv4) {
    setNumber(handle, IPPROTO_IP, IP_TOS, value);
  } else {
    setNumber(handle, IPPROTO_IPV6, IPV6_TCLASS, value);
  }
  return {};
}

// Anything bound with SO_REUSEADDR gets into a port that is in use, unless whoever uses it has forbidden that. So
// everybody does, datagram sockets that want to share excepted.
std::error_code forbidSharing(Handle handle) {
  const bool shared = isDatagram(handle) && getNumber(handle, SOL_SOCKET, SO_REUSEADDR).value != 0;
  return shared ? std::error_code() : setNumber(handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
}

// Takes the peer of a datagram socket away.
std::error_code dissolve(Handle handle, Family family) {
  const sockaddr_storage nobody{};
  const int size = static_cast<int>(family == Family::ipv4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
  return errorIfNegative(::connect(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&nobody), size));
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

// Whether a datagram socket is told of datagrams that found nobody.
void setReportsUnreachable(Handle handle, bool on) { setReports(handle, static_cast<DWORD>(SIO_UDP_CONNRESET), on); }

bool isReport(int error) { return error == WSAECONNRESET || error == WSAENETRESET || error == WSAECONNREFUSED; }

// What a call on a datagram socket has failed with: a report is WSAECONNRESET here, and nobody's without a peer. A
// datagram that was too long on its way (WSAENETRESET) says nothing about who listens.
Transfer failedDatagram(Handle handle) {
  const int error = ::WSAGetLastError();
  if (!isReport(error)) return {Outcome::failed, error, 0};
  if (error == WSAENETRESET || !hasPeer(handle)) return {Outcome::wouldBlock, 0, 0};
  return {Outcome::failed, WSAECONNREFUSED, 0};
}

// An interface's number in place of its address, as Windows has it: 0.0.0.x.
std::error_code changeIPv4Group(Handle handle, int name, const InetAddress& group, std::uint32_t interfaceIndex) {
  ip_mreq request{};
  std::memcpy(&request.imr_multiaddr, bytesOf(group), sizeof request.imr_multiaddr);
  request.imr_interface.s_addr = htonl(interfaceIndex);
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), IPPROTO_IP, name, reinterpret_cast<const char*>(&request), sizeof request));
}

std::error_code changeIPv6Group(Handle handle, int name, const InetAddress& group, std::uint32_t interfaceIndex) {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, bytesOf(group), sizeof request.ipv6mr_multiaddr);
  request.ipv6mr_interface = interfaceIndex;
  return errorIfNegative(
      ::setsockopt(nativeSocket(handle), IPPROTO_IPV6, name, reinterpret_cast<const char*>(&request), sizeof request));
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

Opened openStream(Family family) { return open(family, SOCK_STREAM); }

Opened openDatagram(Family family) {
  const Opened opened = open(family, SOCK_DGRAM);
  if (opened.error) return opened;
  setReportsUnreachable(opened.handle, false);
  setReports(opened.handle, kReportNetReset, false);
  return opened;
}

void close(Handle handle) noexcept {
  if (::closesocket(nativeSocket(handle)) == 0 || ::WSAGetLastError() != WSAEWOULDBLOCK) return;
  // SO_LINGER has time to spend, which a non-blocking socket may not, and so it is still open.
  setNonBlocking(handle, false);
  ::closesocket(nativeSocket(handle));
}

std::error_code setBlocking(Handle, bool) { return {}; }

std::error_code bind(Handle handle, Family family, const InetSocketAddress& local) {
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
      const Accepted result = taken(static_cast<Handle>(accepted), remote);
      // Options of a connection that has been reset meanwhile cannot be set.
      const bool died = result.error == std::errc::invalid_argument || diedInTheQueue(result.error.value());
      if (!died) return result;
    } else if (::WSAGetLastError() == WSAEWOULDBLOCK) {
      return {Outcome::wouldBlock, kNoHandle, {}, {}};
    } else if (!diedInTheQueue(::WSAGetLastError())) {
      return {Outcome::failed, kNoHandle, {}, lastError()};
    }
  }
}

Transfer connect(Handle handle, Family family, const InetSocketAddress& remote) {
  sockaddr_storage native;
  const int size = toNative(remote, family, native);
  const Transfer connected =
      transferred(::connect(nativeSocket(handle), reinterpret_cast<const sockaddr*>(&native), size));
  if (connected.outcome == Outcome::done && isDatagram(handle)) setReportsUnreachable(handle, true);
  return connected;
}

std::error_code connectResult(Handle handle) {
  const OptionValue pending = getNumber(handle, SOL_SOCKET, SO_ERROR);
  if (pending.error) return pending.error;
  return pending.value == 0 ? std::error_code() : systemError(pending.value);
}

Transfer receive(Handle handle, void* buffer, std::size_t size, bool) {
  return transferred(::recv(nativeSocket(handle), static_cast<char*>(buffer), sizeOf(size), 0));
}

Transfer send(Handle handle, const void* data, std::size_t size) {
  return transferred(::send(nativeSocket(handle), static_cast<const char*>(data), sizeOf(size, kMostToSend), 0));
}

Transfer available(Handle handle) {
  u_long count = 0;
  const int result = ::ioctlsocket(nativeSocket(handle), FIONREAD, &count);
  return transferred(result < 0 ? result : static_cast<int>(std::min<u_long>(count, INT_MAX)));
}

Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const InetSocketAddress& remote) {
  sockaddr_storage native;
  const int nativeSize = toNative(remote, family, native);
  const char* const bytes = size == 0 ? "" : static_cast<const char*>(data);
  const Transfer gone = transferred(
      ::sendto(nativeSocket(handle), bytes, sizeOf(size), 0, reinterpret_cast<const sockaddr*>(&native), nativeSize));
  return gone.outcome == Outcome::failed ? failedDatagram(handle) : gone;
}

Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool) {
  sockaddr_storage remote{};
  int remoteSize = sizeof remote;
  char none = 0;
  char* const bytes = size == 0 ? &none : static_cast<char*>(buffer);
  Transfer got = transferred(
      ::recvfrom(nativeSocket(handle), bytes, sizeOf(size), 0, reinterpret_cast<sockaddr*>(&remote), &remoteSize));
  const bool truncated = got.outcome == Outcome::failed && got.errorNumber == WSAEMSGSIZE;
  if (truncated) {
    got = {Outcome::done, 0, size};
  } else if (got.outcome == Outcome::failed) {
    got = failedDatagram(handle);
  }
  const std::error_code error = got.outcome == Outcome::failed ? got.error() : std::error_code();
  return {got.outcome, got.count, truncated, fromNative(remote), error};
}

std::error_code disconnect(Handle handle, Family family) {
  if (const std::error_code error = dissolve(handle, family)) return error;
  setReportsUnreachable(handle, false);
  getNumber(handle, SOL_SOCKET, SO_ERROR);  // asking takes it away
  const LocalAddress local = localAddress(handle);
  if (local.error) return local.error;
  return local.address.getPort() != 0 ? std::error_code() : systemError(WSAEADDRNOTAVAIL);
}

std::error_code joinGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex) {
  if (group.isIPv4()) return changeIPv4Group(handle, IP_ADD_MEMBERSHIP, group, interfaceIndex);
  return changeIPv6Group(handle, IPV6_ADD_MEMBERSHIP, group, interfaceIndex);
}

std::error_code leaveGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex) {
  if (group.isIPv4()) return changeIPv4Group(handle, IP_DROP_MEMBERSHIP, group, interfaceIndex);
  return changeIPv6Group(handle, IPV6_DROP_MEMBERSHIP, group, interfaceIndex);
}

void wakeBlockedCalls(Handle) noexcept {}

// Shut down here, a connection would be reset by the next byte that comes, and the peer would notice.
std::error_code shutdownInput(Handle) { return {}; }

std::error_code shutdownOutput(Handle handle) { return errorIfNegative(::shutdown(nativeSocket(handle), SD_SEND)); }

// POLLHUP alone says no more than that the peer has shut down its output.
bool isHungUp(Handle handle) {
  WSAPOLLFD polled{nativeSocket(handle), 0, 0};
  return ::WSAPoll(&polled, 1, 0) > 0 && (polled.revents & POLLERR) != 0;
}

LocalAddress localAddress(Handle handle) {
  sockaddr_storage native;
  int size = sizeof native;
  if (::getsockname(nativeSocket(handle), reinterpret_cast<sockaddr*>(&native), &size) < 0) return {{}, lastError()};
  return {fromNative(native), {}};
}

std::error_code setOption(Handle handle, Family family, Option option, int value) {
  if (option == Option::linger) return setLinger(handle, value);
  if (option == Option::trafficClass) return setTrafficClass(handle, family, value);
  // On a listener SO_REUSEADDR would let others take the port, and what it does elsewhere the system does anyway.
  if (option == Option::reuseAddress && !isDatagram(handle)) return {};
  const NativeOption native = nativeOption(option);
  return setNumber(handle, native.level, native.name, value);
}

OptionValue getOption(Handle handle, Family, Option option) {
  if (option == Option::linger) return getLinger(handle);
  const bool kept = option != Option::trafficClass && (option != Option::reuseAddress || isDatagram(handle));
  if (!kept) return {0, systemError(WSAEOPNOTSUPP)};
  const NativeOption native = nativeOption(option);
  return getNumber(handle, native.level, native.name);
}

}  // namespace netlite::platform
