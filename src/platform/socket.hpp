// SPDX-License-Identifier: MIT
//
// The platform contract, section socket: sockets, their life and a stream's bytes. platform.hpp has the rules.
// Thread-safety: any function may be called from any thread, on the same handle too; what no thread may do is close a
// handle that another one is using.
#pragma once

#include "platform/result.hpp"
#include "platform/types.hpp"

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netlite::platform {

/// Opens a TCP socket. It blocks (see platform.hpp), has TCP_NODELAY set, and is not connected.
/// std::errc::address_family_not_supported where the system lacks the family.
Result<Handle> openStream(Family family);

/// Closes the handle; it is gone whatever the system reports. May block as long as SO_LINGER says. Not a cancellation
/// point.
void close(Handle handle) noexcept;

/// Chooses whether connect and accept on this handle may block. receive is told call by call; send never blocks. Does
/// nothing where no call blocks.
std::error_code setBlocking(Handle handle, bool blocking);

/// Binds a stream or datagram socket. Port 0 is a free port of the system's choice; on a datagram socket disconnect()
/// keeps that one, too.
std::error_code bind(Handle handle, Family family, const Address& local);

/// Starts listening. A backlog of 0 or less is the system's maximum. Where wakeBlockedCalls cannot end an accept, this
/// makes the handle non-blocking, so that accept reports wouldBlock and the caller waits with a waker.
std::error_code listen(Handle handle, int backlog);

struct Accepted {
  Outcome outcome = Outcome::failed;
  Handle handle = kNoHandle;  // with done: a blocking socket with TCP_NODELAY, whatever the listener is
  Address remote;             // with done: the peer
  std::error_code error;      // with failed: the reason
};

/// Takes one connection from the queue. Connections that died while they waited there are passed over, so a failure
/// concerns this machine (descriptors or memory run out) or the listener. On a blocking handle it waits until
/// wakeBlockedCalls ends it; on a non-blocking one it reports wouldBlock.
Accepted accept(Handle listener);

/// Starts to connect a non-blocking handle. wouldBlock: in progress; wait until it is writable and ask connectResult. A
/// datagram socket is connected immediately, blocking or not. From then on it takes datagrams from `remote` alone;
/// those already in its queue stay there. One that has a peer has to be disconnected first.
Transfer connect(Handle handle, Family family, const Address& remote);

/// How a connect in progress has ended; no error if it succeeded. Can be asked once.
std::error_code connectResult(Handle handle);

/// Receives into `buffer` (`size` at least 1). done with 0 bytes is the end of the stream. With mayBlock it may wait
/// inside the one system call until bytes come or wakeBlockedCalls ends it; a platform where nothing can end that call
/// reports wouldBlock instead.
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
/// the system would answer later bytes with a reset this does nothing. The caller receives no more.
std::error_code shutdownInput(Handle handle);

/// Sends what was written, then the end of the stream.
std::error_code shutdownOutput(Handle handle);

/// Whether a connection was reset. May also be true when both sides have shut down.
bool isHungUp(Handle handle);

Result<Address> localAddress(Handle handle);

}  // namespace netlite::platform
