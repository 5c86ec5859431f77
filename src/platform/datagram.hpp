// SPDX-License-Identifier: MIT
//
// The platform contract, section datagram: UDP. platform.hpp has the rules.
// Thread-safety: as section socket.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite::platform {

/// Opens a UDP socket, which is blocking where platform.hpp allows it. It receives datagrams for the groups that it has
/// joined itself, not for those that other sockets on this machine have joined, and reports the address that each
/// datagram was sent to. While it is unconnected, a datagram that could not be delivered never makes a later call fail.
Result<Handle> openDatagram(Family family);

/// Sends one datagram of `size` bytes, which may be 0, whole or not at all. Never blocks: wouldBlock while the system's
/// queue is full. `source` is the local address to send from, of the same IP version as `remote`; null leaves the
/// choice to the system. failed may mean that the system cannot send from `source`. On a connected socket `remote` is
/// its peer, and failed with std::errc::connection_refused means that the peer's machine has reported that nothing
/// listens there; this datagram was not sent then.
Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const Address& remote,
                const Address* source);

struct Datagram {
  Outcome outcome = Outcome::failed;
  std::size_t count = 0;   // with done: the bytes in the buffer
  bool truncated = false;  // with done: it was longer than the buffer, and the rest is lost
  Address remote;          // with done: the sender
  Address local;           // with done: the address that it was sent to, without port; the wildcard where unknown
  bool isUnicast = false;  // with done: `local` is known and belongs to this machine alone; an answer can leave from it
  std::error_code error;   // with failed: the reason
};

/// Receives one datagram, which may be empty, into `buffer` (`size` may be 0). With mayBlock the system call may block
/// until a datagram arrives or wakeBlockedCalls ends it; a platform where nothing can end that call reports wouldBlock
/// instead. It may write to the buffer even if it is not done. On a connected socket failed may mean
/// std::errc::connection_refused as for sendTo, once for each report of the peer.
Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool mayBlock);

/// Removes a datagram socket's peer, and any error that was reported about it. The socket keeps its local port, and
/// gets back the local address that it was bound to; an error means that the system refused.
std::error_code disconnect(Handle handle, Family family);

/// Makes a datagram socket receive what is sent to a multicast group, IPv4 or IPv6, through one network interface; 0
/// leaves the choice to the system.
std::error_code joinGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex);

/// Undoes one joinGroup with the same arguments.
std::error_code leaveGroup(Handle handle, const Address& group, std::uint32_t interfaceIndex);

}  // namespace netlite::platform
