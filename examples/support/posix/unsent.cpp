// SPDX-License-Identifier: MIT
//
// support/unsent.hpp for POSIX systems, each of which has its own call for it.
// Thread-safety: as support/unsent.hpp says.
#include "support/unsent.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>

namespace example::system {

std::optional<std::size_t> unsentBytes(std::intptr_t socket) {
  const int descriptor = static_cast<int>(socket);
  int count = 0;
#if defined(SO_NWRITE)  // macOS
  socklen_t size = sizeof count;
  const bool isKnown = ::getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &size) == 0;
#elif defined(FIONWRITE)  // FreeBSD
  const bool isKnown = ::ioctl(descriptor, FIONWRITE, &count) == 0;
#else                     // Linux
  const bool isKnown = ::ioctl(descriptor, TIOCOUTQ, &count) == 0;
#endif
  if (!isKnown) return std::nullopt;
  return static_cast<std::size_t>(count);
}

}  // namespace example::system
