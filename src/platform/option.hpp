// SPDX-License-Identifier: MIT
//
// The platform contract, section option: the options that a user can set. platform.hpp has the rules.
// Thread-safety: as section socket.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <system_error>

namespace netlite::platform {

/// On and off are 1 and 0, sizes are bytes.
enum class Option {
  tcpNoDelay,
  keepAlive,
  linger,        // seconds, or -1 for off
  reuseAddress,  // on a listener: bind although old connections linger, where the system can; never lets two listeners
                 // share a port. On a datagram socket: share the port with others that have set it, too, as receivers
                 // of a group do
  sendBufferSize,
  receiveBufferSize,
  trafficClass,  // 0 to 255
  broadcast,
  keepIdle,             // seconds of silence before the first keep-alive probe
  keepInterval,         // seconds between two of them
  keepCount,            // probes without an answer until the connection is given up
  multicastTimeToLive,  // 0 to 255; this and the next two on a dual-stack socket for both IP versions
  multicastLoopback,
  multicastInterface  // the number of a network interface; 0: the system's choice. It can be set, not read
};
inline constexpr int kOptionCount = static_cast<int>(Option::multicastInterface) + 1;

/// An option that the system or the socket's family lacks is silently not set, and getOption reports
/// std::errc::operation_not_supported: the caller remembers the value.
std::error_code setOption(Handle handle, Family family, Option option, int value);
Result<int> getOption(Handle handle, Family family, Option option);

}  // namespace netlite::platform
