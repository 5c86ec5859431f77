// SPDX-License-Identifier: MIT
//
// The platform contract, section socket: opening, binding, connecting and closing sockets, and a stream's bytes.
// platform.hpp has the rules.
// Thread-safety: any function may be called from any thread, on the same handle too. But no thread may close a handle
// that another one is using.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite::platform {

/// Opens a TCP socket, which is blocking where platform.hpp allows it, has TCP_NODELAY set and is not connected; or a
/// Unix-domain stream socket, which takes the functions of section unix_domain to be bound and connected.
/// std::errc::address_family_not_supported if the system lacks the family.
Result<Handle> openStream(Family family);

/// Closes the handle, which is invalid afterwards whatever the system reports. May block as long as SO_LINGER says. Not
/// a cancellation point.
void close(Handle handle) noexcept;

/// Chooses whether connect, accept and sendFile on this handle may block. For receive each call chooses, but on a
/// non-blocking handle it never blocks; send never blocks. Does nothing where no call blocks.
std::error_code setBlocking(Handle handle, bool blocking);

/// Binds a stream or datagram socket. With port 0 the system chooses a free port; on a datagram socket that port
/// survives disconnect().
std::error_code bind(Handle handle, Family family, const Address& local);

/// Starts listening. A backlog of 0 or less is the system's maximum. Where wakeBlockedCalls cannot end an accept, this
/// makes the handle non-blocking, so that accept reports wouldBlock and the caller waits with a waker.
std::error_code listen(Handle handle, int backlog);

struct Accepted {
  Outcome outcome = Outcome::failed;
  Handle handle = kNoHandle;  // with done: a blocking socket, with TCP_NODELAY if it has that, whatever the listener is
  Address remote;             // with done: the peer; the wildcard address for a Unix-domain socket
  std::error_code error;      // with failed: the reason
};

/// Takes one connection from the queue. Connections that died in the queue are skipped, so a failure concerns this
/// machine (descriptors or memory ran out) or the listener. On a blocking handle it waits until wakeBlockedCalls ends
/// it; on a non-blocking one it reports wouldBlock.
Accepted accept(Handle listener);

/// Starts to connect a non-blocking handle. wouldBlock: in progress; wait until the handle is writable, then call
/// connectResult. A datagram socket is connected immediately, blocking or not. From then on it receives datagrams from
/// `remote` alone; those already in its queue stay there. A datagram socket that has a peer has to be disconnected
/// first.
Transfer connect(Handle handle, Family family, const Address& remote);

/// How a connect in progress has ended; no error if it succeeded. The system reports a failure only once.
std::error_code connectResult(Handle handle);

/// Receives into `buffer` (`size` at least 1). done with 0 bytes is the end of the stream. With mayBlock the system
/// call may block until bytes arrive or wakeBlockedCalls ends it; a platform where nothing can end that call reports
/// wouldBlock instead.
Transfer receive(Handle handle, void* buffer, std::size_t size, bool mayBlock);

/// Sends what the system takes now, at least one byte or wouldBlock. Never blocks.
Transfer send(Handle handle, const void* data, std::size_t size);

/// The number of bytes that can be received without waiting.
Transfer available(Handle handle);

/// Ends every receive and receiveFrom with mayBlock, and every accept, that is blocked inside the system on this
/// handle, connected or not, now and later; where shutdownEndsWaits(), every wait() for it to become readable, too.
/// Ignore what those calls return then. With `writers`, waits for it to become writable end as well, and the peer gets
/// the end of the stream after what was sent; without, the peer notices nothing.
void wakeBlockedCalls(Handle handle, bool writers) noexcept;

/// Ends the incoming direction; a receive that is blocked inside the system returns. The peer must not notice, so where
/// the system would answer later bytes with a reset this does nothing. (On a Unix-domain socket of Linux the peer's
/// next write fails.) After this the caller does not call receive again.
std::error_code shutdownInput(Handle handle);

/// Sends what was written, then the end of the stream.
std::error_code shutdownOutput(Handle handle);

/// Whether a connection was reset. May also be true when both sides have shut down.
bool isHungUp(Handle handle);

Result<Address> localAddress(Handle handle);

}  // namespace netlite::platform
