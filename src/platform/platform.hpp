// SPDX-License-Identifier: MIT
//
// The platform contract: every operating-system operation that netlite needs, and nothing else. posix/ and windows/
// implement it in files of the same names with the same functions in the same order; to port netlite is to write such
// a folder. Nothing outside these folders includes a system header.
//
// Rules that hold for every function here:
//  - Errors are returned, not thrown: the caller knows the operation and the address, and makes the exception. Every
//    code compares with std::errc (error == std::errc::connection_refused) whatever the system's own numbers are.
//  - An interrupted call (EINTR) is made again inside, or says wouldBlock where the caller waits and comes back anyway.
//  - Where nothing surely ends a call that is blocked in the system, no call blocks: every handle is non-blocking from
//    its first moment, and what would block says so. All waiting is done in wait().
//  - No call raises a signal (SIGPIPE), and no descriptor made here is inherited by a child process.
//  - A Handle is owned by whoever got it, until it is passed to close(). No function here keeps one.
//  - An address in and out is the library's own value. An IPv4-mapped IPv6 address never comes out: it is IPv4.
//
// Thread-safety: every function may be called from any thread at any time, on the same handle too. What may not be done
// is to close a handle that another thread is using: SocketCore sees to that.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

namespace netlite::platform {

/// A descriptor (POSIX) or a SOCKET (Windows).
using Handle = std::intptr_t;
inline constexpr Handle kNoHandle = -1;

/// What addresses a socket can carry. A dual-stack socket is an IPv6 socket that carries IPv4 as well.
enum class Family { ipv4, ipv6, dualStack };

/// How a call that may have to wait has ended.
enum class Outcome { done, wouldBlock, failed };

struct Opened {
  Handle handle = kNoHandle;
  std::error_code error;
};

// As small as it is because every line passes through it: it is returned in registers.
struct Transfer {
  Outcome outcome = Outcome::failed;
  int errorNumber = 0;    // with failed: the system's own number for why
  std::size_t count = 0;  // with done: the bytes moved

  std::error_code error() const;
};

// ---- socket.cpp: sockets, their life and their bytes ----------------------------------------------------------------

/// Opens a TCP socket. It blocks (see above), has TCP_NODELAY set, and is not connected.
/// std::errc::address_family_not_supported where the system lacks the family.
Opened openStream(Family family);

/// Opens a UDP socket. It blocks (see above), and of the datagrams to groups it gets those of the groups it has joined,
/// whatever others on this machine have joined. A datagram that could not be delivered never makes a later call fail on
/// it while it is unconnected.
Opened openDatagram(Family family);

/// Closes the handle. Whatever the system says about it, the handle is gone. May block as long as SO_LINGER says.
void close(Handle handle) noexcept;

/// Chooses whether connect and accept on this handle may block. receive is told call by call; send never blocks. Where
/// no call blocks this does nothing.
std::error_code setBlocking(Handle handle, bool blocking);

/// Port 0 is a free port of the system's choice. On a datagram socket disconnect keeps that one too.
std::error_code bind(Handle handle, Family family, const InetSocketAddress& local);

/// Starts listening. A backlog of 0 or less is the system's maximum. Where wakeBlockedCalls cannot end an accept, the
/// handle is made non-blocking here, so that accept says wouldBlock and the caller waits with a waker.
std::error_code listen(Handle handle, int backlog);

struct Accepted {
  Outcome outcome = Outcome::failed;
  Handle handle = kNoHandle;  // with done: a blocking socket with TCP_NODELAY, whatever the listener is
  InetSocketAddress remote;   // with done: who is calling
  std::error_code error;      // with failed: why
};

/// Takes one connection from the queue. Connections that died while they waited in it are passed over, so a failure
/// says something about this machine (descriptors or memory run out) or about the listener. On a blocking handle it
/// waits, until wakeBlockedCalls ends it; on a non-blocking one it says wouldBlock.
Accepted accept(Handle listener);

/// Starts to connect a non-blocking handle. wouldBlock: under way, wait until it is writable and ask connectResult. A
/// datagram socket is connected at once, blocking or not, and from then on takes datagrams from `remote` alone; those
/// that are in its queue stay there. One that has a peer already has to be disconnected first.
Transfer connect(Handle handle, Family family, const InetSocketAddress& remote);

/// How a connect that was under way has ended; no error if it succeeded. Asking takes the answer away.
std::error_code connectResult(Handle handle);

/// Receives into `buffer` (`size` at least 1). done with 0 bytes is the end of the stream. With mayBlock it may wait
/// inside the one system call until bytes come or wakeBlockedCalls ends it; a platform where that cannot be ended says
/// wouldBlock instead.
Transfer receive(Handle handle, void* buffer, std::size_t size, bool mayBlock);

/// Sends what the system takes now, at least one byte or wouldBlock. Never blocks.
Transfer send(Handle handle, const void* data, std::size_t size);

/// How many bytes can be received without waiting.
Transfer available(Handle handle);

/// Sends one datagram of `size` bytes (0 too), whole or not at all. Never blocks: wouldBlock while the system's queue
/// is full. On a connected socket `remote` is its peer, and failed says std::errc::connection_refused where the peer's
/// machine has reported that nobody listens there; this datagram has not left then.
Transfer sendTo(Handle handle, Family family, const void* data, std::size_t size, const InetSocketAddress& remote);

struct Datagram {
  Outcome outcome = Outcome::failed;
  std::size_t count = 0;     // with done: the bytes in the buffer
  bool truncated = false;    // with done: it was longer than the buffer, and the rest is lost
  InetSocketAddress remote;  // with done: who sent it
  std::error_code error;     // with failed: why
};

/// Receives one datagram, which may be empty, into `buffer` (`size` may be 0). With mayBlock it may wait inside the one
/// system call until a datagram comes or wakeBlockedCalls ends it; a platform where that cannot be ended says
/// wouldBlock instead. It may write to the buffer even if it is not done. On a connected socket failed says
/// std::errc::connection_refused as sendTo does, once for each report.
Datagram receiveFrom(Handle handle, void* buffer, std::size_t size, bool mayBlock);

/// Takes a datagram socket's peer away, and what was reported about it. The socket keeps its local port, and gets the
/// local address back that it was bound to; an error says that the system would not have it.
std::error_code disconnect(Handle handle, Family family);

/// Makes a datagram socket receive what is sent to a multicast group, IPv4 or IPv6, by one network interface; 0 leaves
/// the choice to the system.
std::error_code joinGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex);

/// Takes one joinGroup with the same arguments back.
std::error_code leaveGroup(Handle handle, const InetAddress& group, std::uint32_t interfaceIndex);

/// Ends every receive and receiveFrom that mayBlock, and every accept, that is blocked inside the system on this
/// handle, connected or not, now and later. What they return then means nothing. Nothing is sent to the peer, and calls
/// waiting in wait() need not notice.
void wakeBlockedCalls(Handle handle) noexcept;

/// Ends the incoming direction; a receive that is blocked inside the system returns. The peer must not notice, so where
/// the system would answer later bytes with a reset this does nothing. The caller receives no more.
std::error_code shutdownInput(Handle handle);

/// Sends what was written, then the end of the stream.
std::error_code shutdownOutput(Handle handle);

/// Whether a connection was reset. It may also say so when both sides have shut down.
bool isHungUp(Handle handle);

struct LocalAddress {
  InetSocketAddress address;
  std::error_code error;
};

LocalAddress localAddress(Handle handle);

/// The settings that a user can make. On and off are 1 and 0, sizes are bytes.
enum class Option {
  tcpNoDelay,
  keepAlive,
  linger,        // seconds, or -1 for off
  reuseAddress,  // on a listener: bind although old connections linger, where the system can; never lets two listeners
                 // share a port. On a datagram socket: share the port with others that have set it too, as receivers
                 // of a group do
  sendBufferSize,
  receiveBufferSize,
  trafficClass,  // 0 to 255
  broadcast
};

struct OptionValue {
  int value = 0;
  std::error_code error;
};

/// What the system does not have is silently not set, and getOption says std::errc::operation_not_supported: the caller
/// remembers what was wanted.
std::error_code setOption(Handle handle, Family family, Option option, int value);
OptionValue getOption(Handle handle, Family family, Option option);

// ---- wait.cpp: waiting, and ending the wait of another thread -------------------------------------------------------

/// What one thread waits with, so that others can end its waiting. It belongs to a thread, not to a socket.
struct Waker {
  Handle waiting = kNoHandle;
  Handle signalling = kNoHandle;  // may be the same handle
};

struct OpenedWaker {
  Waker waker;
  std::error_code error;
};

OpenedWaker openWaker();
void closeWaker(Waker waker) noexcept;

/// Ends the wait that goes on with this waker, or the next one.
void signalWaker(Waker waker) noexcept;

/// Takes the signals back, so that the next wait waits again. One that is still on its way may end a later wait early.
void resetWaker(Waker waker) noexcept;

/// Gives the calling thread this waker for its own: it is closed when the thread ends. False if nobody would close it,
/// as when the thread is ending already; then it stays the caller's.
bool keepWaker(Waker waker) noexcept;

/// The waker that the calling thread keeps, or Waker{}.
Waker keptWaker() noexcept;

enum class Interest { readable, writable };

struct WaitEntry {
  Handle handle = kNoHandle;
  Interest interest = Interest::readable;
  bool ready = false;  // set by wait(): the call that the caller has in mind would not wait now (it may fail)
};

/// The most entries that one wait() takes.
inline constexpr std::size_t kMaxWaitEntries = 16;

/// Waits until an entry is ready, the waker is signalled or the time is over (milliseconds::max(): never; zero: only
/// looks, and needs no waker: Waker{} will do). It may also return early with nothing ready: the caller looks at its
/// clock and waits again.
std::error_code wait(WaitEntry* entries, std::size_t count, Waker waker, std::chrono::milliseconds timeout);

// ---- thread.cpp: threads with a stack of a chosen size --------------------------------------------------------------

/// A thread that has to be joined or detached, once.
using Thread = std::uintptr_t;

struct StartedThread {
  Thread thread = 0;
  std::error_code error;  // std::errc::resource_unavailable_try_again when there can be no more threads
};

/// Runs `body`, which must not throw, in a new thread.
/// @param stackSize in bytes, rounded up to what the system allows; 0: the system's default
StartedThread startThread(std::size_t stackSize, std::function<void()> body);

/// Waits for the end of the thread, which is not the calling one.
void joinThread(Thread thread) noexcept;

/// Lets the thread end by itself.
void detachThread(Thread thread) noexcept;

// ---- resolver.cpp: names and addresses ------------------------------------------------------------------------------

struct Resolved {
  std::vector<InetAddress> addresses;  // in the system's order of preference (RFC 6724), each with `host` as its name
  std::error_code error;               // why there are none
};

/// Looks a host name up, never a literal address. Blocks as long as the system's resolver does.
Resolved resolve(const std::string& host);

struct HostName {
  std::string name;  // empty where the address has none
};

/// Looks an address's name up. Blocks as long as the system's resolver does.
HostName reverseLookup(const InetAddress& address);

struct LocalHostName {
  std::string name;
  std::error_code error;
};

/// What this machine calls itself.
LocalHostName localHostName();

/// The number of a network interface ("eth0"), which an IPv6 scope names; 0 if there is none of that name.
std::uint32_t interfaceIndex(const std::string& name);

// ---- error.cpp: the system's errors ---------------------------------------------------------------------------------

/// An error of the system under its own number, comparable with std::errc, its message in UTF-8.
std::error_code systemError(int number);

inline std::error_code Transfer::error() const { return systemError(errorNumber); }

/// An error of the resolver under its own number (getaddrinfo's EAI_ codes).
std::error_code resolverError(int number);

}  // namespace netlite::platform
