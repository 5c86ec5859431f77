// SPDX-License-Identifier: MIT
//
// support/unsent.hpp for POSIX, which leaves this to each system.
// Thread-safety: as support/unsent.hpp says.
#include "support/unsent.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>

namespace example::system {

std::size_t unsentBytes(std::intptr_t socket) {
  const int descriptor = static_cast<int>(socket);
  int count = 0;
#if defined(SO_NWRITE)  // macOS
  socklen_t size = sizeof count;
  const bool is_known = ::getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &size) == 0;
#elif defined(FIONWRITE)  // FreeBSD
  const bool is_known = ::ioctl(descriptor, FIONWRITE, &count) == 0;
#else                     // Linux
  const bool is_known = ::ioctl(descriptor, TIOCOUTQ, &count) == 0;
#endif
  return is_known && count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace example::system
