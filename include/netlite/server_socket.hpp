// SPDX-License-Identifier: MIT
//
// ServerSocket: a TCP port that listens, java.net.ServerSocket in C++.
//
// Thread-safety: every member from any thread, moving and destroying excepted; see the class.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/socket.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace netlite {

class Listener;

/// A TCP port that listens, java.net.ServerSocket in C++. It owns its descriptor: it can be moved, not copied, and its
/// destructor closes it. A moved-from ServerSocket behaves like a closed one.
///
/// Thread-safety: every member may be called from any thread (moving and destroying excepted, as for any C++ object).
/// Several threads may wait in accept(). close() from any thread ends them all, at once, with a SocketException
/// ("Socket closed"); so does the destructor for the calls that are waiting when it starts.
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API ServerSocket {
 public:
  /// A server socket that is not bound. Options may be set; bind() makes it listen. Never blocks.
  ServerSocket();

  /// Listens on a port of every address of this machine, IPv6 and IPv4 where it has both. Never blocks.
  ///
  /// On POSIX a restart never fails because of connections that the last run has left behind; on Windows it may have to
  /// wait for them. Nobody can take a port that is being listened on, but for the BSDs, which let others have one
  /// address of a port that is listened on everywhere.
  ///
  /// @param port    0 to 65535; 0 picks a free one, see getLocalPort()
  /// @param backlog how many connections may wait for accept(); 0 or less: the system's maximum
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, or the system has no descriptor left
  explicit ServerSocket(int port, int backlog = 0);

  /// The same on one address of this machine.
  ///
  /// @param port        0 to 65535; 0 picks a free one
  /// @param backlog     how many connections may wait; 0 or less: the system's maximum
  /// @param bindAddress the address; the wildcard address means all
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, the address is not this machine's, or the
  ///                               system has no descriptor left
  ServerSocket(int port, int backlog, const InetAddress& bindAddress);

  /// Takes another server socket over.
  ///
  /// @param other behaves like a closed one from now on
  ServerSocket(ServerSocket&& other) noexcept;

  /// Closes this server socket and takes another one over.
  ///
  /// @param other behaves like a closed one from now on
  /// @return this server socket
  ServerSocket& operator=(ServerSocket&& other) noexcept;
  ServerSocket(const ServerSocket&) = delete;
  ServerSocket& operator=(const ServerSocket&) = delete;

  /// Closes the server socket; accepted sockets live on. Never throws or blocks.
  ~ServerSocket();

  /// Binds and listens. Never blocks. After a failure the server socket is unbound as before and can bind again.
  ///
  /// @param local   the address and port; port 0 picks a free one
  /// @param backlog how many connections may wait; 0 or less: the system's maximum
  /// @throws BindException   the port is in use or not permitted, the address is not this machine's, or the system has
  ///                         no descriptor left
  /// @throws SocketException bound or closed already
  void bind(const InetSocketAddress& local, int backlog = 0);

  /// Waits for the next connection. Blocks until there is one, or until close() or setSoTimeout's deadline. A client
  /// that went away while it was waiting in the queue is passed over, whatever the system says of it.
  ///
  /// @return the connection. It has no timeouts and the default options, whatever this server socket's are; only the
  ///         receive buffer size comes from it, and SO_REUSEADDR where the system hands it down (Linux does)
  /// @throws SocketTimeoutException the deadline passed; the next accept() waits anew
  /// @throws SocketException        not bound, or closed; or descriptors ran out (std::errc::too_many_files_open):
  ///                                then the client waits on, and accept() works again once there are some
  /// @throws anything               that the accept filter throws; that client is reset
  Socket accept();

  /// Lets a function choose whom to accept, before anything is sent or received. A client it returns false for is reset
  /// at once, and accept() goes on waiting under the same deadline. It runs in the thread that is in accept(), so in
  /// several at once if several are. One that is running when another is set comes to its end.
  ///
  /// @param filter the function; an empty one accepts all
  void setAcceptFilter(std::function<bool(const InetSocketAddress& remote)> filter);

  /// Sets how long accept() may wait. Calls that are waiting already keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): for ever, which is the default
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// How long accept() may wait.
  ///
  /// @return the timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets whether bind() succeeds although connections of an earlier run linger on the port: on by default on POSIX
  /// (SO_REUSEADDR). On Windows, where the system's option of that name would let others take the port, it has no
  /// effect.
  ///
  /// @param on whether it does
  /// @throws SocketException closed, or the system refuses
  void setReuseAddress(bool on);

  /// Whether bind() succeeds although connections of an earlier run linger on the port.
  ///
  /// @return what was set, or the default
  /// @throws SocketException closed, or the system cannot tell
  bool getReuseAddress() const;

  /// Sets SO_RCVBUF of the sockets to be accepted; set it before bind() for sizes above 64 KiB (RFC 7323 section 2.3).
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument zero or negative
  /// @throws SocketException       closed, or the system refuses
  void setReceiveBufferSize(int size);

  /// The receive buffer size of the sockets to be accepted.
  ///
  /// @return the size in bytes that the system uses (Linux reports twice what was asked for)
  /// @throws SocketException closed, or the system cannot tell
  int getReceiveBufferSize() const;

  /// The address it is bound to.
  ///
  /// @return the address; the wildcard address before it is bound. Kept after close
  InetAddress getInetAddress() const;

  /// The port it listens on.
  ///
  /// @return 1 to 65535; -1 before it is bound. Kept after close
  int getLocalPort() const;

  /// The address and port it is bound to.
  ///
  /// @return both; kept after close
  /// @throws SocketException not bound
  InetSocketAddress getLocalSocketAddress() const;

  /// Stops listening and ends every accept() that waits. Connections in the queue are reset; accepted sockets live on.
  /// Harmless when closed already. Never throws or blocks.
  void close();

  /// Whether it was closed, by close() or by moving it away.
  ///
  /// @return whether it was
  bool isClosed() const;

  /// Whether it was ever bound.
  ///
  /// @return true after close, too, as in Java
  bool isBound() const;

  /// The server socket as text, for logs.
  ///
  /// @return "ServerSocket[addr=0.0.0.0/0.0.0.0,localport=3000]" or "ServerSocket[unbound]"
  std::string toString() const;

  /// The system's own handle, for what netlite does not cover. The rules of Socket::nativeHandle() hold.
  ///
  /// @return the handle; -1 before bind, and after close once the last call has left
  std::intptr_t nativeHandle() const;

 private:
  const std::shared_ptr<Listener>& state() const;

  std::shared_ptr<Listener> state_;
};

}  // namespace netlite
