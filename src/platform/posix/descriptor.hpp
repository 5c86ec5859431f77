// SPDX-License-Identifier: MIT
//
// What the files of this folder share: descriptors, errno, timeouts and integer options.
// Thread-safety: no state.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>

namespace netlite::platform {

#ifdef MSG_NOSIGNAL
inline constexpr int kNoSignal = MSG_NOSIGNAL;
#else
inline constexpr int kNoSignal = 0;  // SO_NOSIGPIPE does it, once for each socket
#endif

inline int descriptor(Handle handle) { return static_cast<int>(handle); }

inline std::error_code lastError() { return systemError(errno); }

inline std::error_code errorIfNegative(int result) { return result < 0 ? lastError() : std::error_code(); }

inline std::error_code setNumber(Handle handle, int level, int name, int value) {
  return errorIfNegative(::setsockopt(descriptor(handle), level, name, &value, sizeof value));
}

inline Result<int> getNumber(Handle handle, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(descriptor(handle), level, name, &value, &size) < 0) return lastError();
  return value;
}

/// poll and epoll count in int milliseconds; a longer wait ends early with nothing ready, which the contract allows.
inline int pollTimeout(std::chrono::milliseconds timeout) {
  if (timeout == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(timeout.count(), INT_MAX));
}

inline bool isDatagram(Handle handle) {
  const Result<int> type = getNumber(handle, SOL_SOCKET, SO_TYPE);
  return type && *type == SOCK_DGRAM;
}

/// Makes a call that does not block, again if a signal has interrupted it.
template <typename Call>
ssize_t uninterrupted(Call call) {
  for (;;) {
    const ssize_t result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

inline Transfer transferred(ssize_t count) {
  if (count >= 0) return {Outcome::done, 0, static_cast<std::size_t>(count)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Outcome::wouldBlock, 0, 0};
  if (errno == EINTR) return {Outcome::wouldBlock, errno, 0};
  return {Outcome::failed, errno, 0};
}

/// Opens a stream or datagram socket with the settings that every new socket gets.
Result<Handle> openSocket(Family family, int type);

/// The system's bind alone: bind() also calls keepChosenPort().
std::error_code bindTo(Handle handle, Family family, const Address& local);

/// Makes a datagram socket keep the port that the system has chosen when its peer is removed.
std::error_code keepChosenPort(Handle handle, Family family, const Address& local);

}  // namespace netlite::platform
