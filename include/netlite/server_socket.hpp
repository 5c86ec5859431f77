// SPDX-License-Identifier: MIT
//
// ServerSocket: a socket that listens on a TCP port or a path, java.net.ServerSocket in C++.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/socket.hpp>
#include <netlite/unix_domain_socket_address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace netlite {

class Listener;

/// A socket that listens on a TCP port, java.net.ServerSocket in C++; or on a path, as a java.nio ServerSocketChannel
/// does with a UnixDomainSocketAddress.
///
/// ```cpp
/// netlite::ServerSocket server(3000);
/// netlite::Socket client = server.accept();
/// netlite::BufferedReader in(client.getInputStream());
/// netlite::PrintWriter out(client.getOutputStream());
/// while (auto line = in.readLine()) {
///   out.println(*line);
///   out.flush();
/// }
/// ```
///
/// A ServerSocket owns its descriptor: it can be moved, not copied, and its destructor closes it. A moved-from
/// ServerSocket behaves like a closed one. Options throw SocketException when it is closed or the system refuses.
///
/// Thread-safety: every member may be called from any thread, except moving and destroying, as for any C++ object.
/// Several threads may wait in accept(). close() from any thread immediately ends all of them with a SocketException
/// ("Socket closed"). The destructor does the same for the calls that are waiting when it starts.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API ServerSocket {
 public:
  /// For the library's own code.
  struct Internals;

  /// Creates a server socket that is not bound. Options may be set before bind(), which makes it listen.
  ServerSocket();

  /// Listens on a port of every address of this machine, IPv6 and IPv4 where it has both.
  ///
  /// On POSIX a restart never fails because of connections that the last run has left; on Windows it may have to wait
  /// for them. No other program can take a port while it is listened on, except on the BSDs, where a program may bind
  /// one address of a port that is listened on everywhere.
  ///
  /// @param port    0 to 65535; 0 picks a free port, see getLocalPort()
  /// @param backlog how many connections may wait for accept(); 0 or less: the system's maximum
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, or the system has no descriptor left
  explicit ServerSocket(int port, int backlog = 0);

  /// Listens as ServerSocket(port, backlog), but on one address of this machine; the wildcard address means all.
  ///
  /// @throws BindException the address is not this machine's; also what ServerSocket(port, backlog) throws
  ServerSocket(int port, int backlog, const InetAddress& bindAddress);

  /// Listens on a Unix-domain address, as bind(address, backlog) does.
  ///
  /// @throws BindException   the path cannot be taken
  /// @throws SocketException the system has no such addresses (std::errc::address_family_not_supported)
  explicit ServerSocket(const UnixDomainSocketAddress& address, int backlog = 0);

  /// Moves a server socket here. `other` behaves like a closed one afterwards.
  ServerSocket(ServerSocket&& other) noexcept;

  /// Closes this server socket and moves `other` here, as the constructor does.
  ServerSocket& operator=(ServerSocket&& other) noexcept;
  ServerSocket(const ServerSocket&) = delete;
  ServerSocket& operator=(const ServerSocket&) = delete;

  /// Closes the server socket; accepted sockets stay open. Never throws.
  ~ServerSocket();

  /// Binds and listens. After a failure the server socket is unbound as before and can bind again.
  ///
  /// @param local   the address and port; port 0 picks a free port
  /// @param backlog how many connections may wait; 0 or less: the system's maximum
  /// @throws BindException   the port is in use or not permitted, the address is not this machine's, or the system has
  ///                         no descriptor left
  /// @throws SocketException the server socket is already bound or closed
  void bind(const InetSocketAddress& local, int backlog = 0);

  /// Binds to a Unix-domain address and listens. Creates the path, with the permissions that the umask leaves; close()
  /// and the destructor remove it, unless another file has replaced it. A forked child that closes its copy removes
  /// nothing. A program that ends without either leaves the path behind.
  ///
  /// A path that a dead server has left is replaced. If several servers try that together, exactly one succeeds, as
  /// long as they all use netlite and may read the folder: they lock the folder (flock), for which bind() may wait up
  /// to a second. In a folder that it may not read, a dead path is in use. A path that a living socket has, of whatever
  /// kind and whether it listens or not, is in use; the check does not show in that server's accept() (on Windows it
  /// does, as a client that leaves immediately). A path that is no socket, or a symbolic link, is in use, too, and is
  /// never touched.
  ///
  /// After a failure the server socket is unbound as before and can bind again.
  ///
  /// @param local   a relative path means the working directory at the time of this call
  /// @param backlog how many connections may wait; 0 or less: the system's maximum
  /// @throws BindException   the path is in use (std::errc::address_in_use) or not permitted, its folder does not
  /// exist,
  ///                         or the system has no descriptor left
  /// @throws SocketException the server socket is already bound or closed, or has an accept filter; or the system has
  /// no
  ///                         such addresses (std::errc::address_family_not_supported)
  void bind(const UnixDomainSocketAddress& local, int backlog = 0);

  /// Waits for the next connection. Blocks until one arrives; close() and setSoTimeout's deadline end the waiting. A
  /// client that left while it was in the queue is skipped, whatever error the system reports for it.
  ///
  /// @return the connection. It has no timeouts and the default options, whatever this server socket has set; it
  ///         inherits only the receive buffer size, and SO_REUSEADDR where the system passes it on (Linux does)
  /// @throws SocketTimeoutException the deadline passed; the next accept() starts a new one
  /// @throws SocketException        the server socket is not bound or is closed; or descriptors ran out
  ///                                (std::errc::too_many_files_open): the client stays in the queue, and accept() works
  ///                                again once descriptors are free
  /// @throws anything               that the accept filter throws; that client is reset
  Socket accept();

  /// Sets a function that chooses which clients to accept. It runs before anything is sent or received. A client for
  /// which it returns false is reset immediately, and accept() goes on waiting under the same deadline. The filter runs
  /// in the thread that calls accept(), so it may run in several threads at the same time. A filter that is running
  /// when it is replaced runs to completion. An empty function accepts all clients.
  ///
  /// @throws SocketException it listens on a Unix-domain address: such clients have no addresses, and a list of allowed
  ///                         ones that is never asked would accept every user of the machine. Use
  ///                         Socket::getPeerCredentials()
  void setAcceptFilter(std::function<bool(const InetSocketAddress& remote)> filter);

  /// Sets how long accept() may wait. Calls that are already waiting keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): no limit, which is the default
  /// @throws std::invalid_argument the timeout is negative
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// How long accept() may wait, in milliseconds; 0: no limit.
  ///
  /// @throws SocketException the server socket is closed
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets whether bind() succeeds although connections of an earlier run linger on the port. On by default on POSIX
  /// (SO_REUSEADDR). No effect on Windows, where the option of that name would let other programs take the port.
  void setReuseAddress(bool on);

  /// What setReuseAddress() set, or the default.
  bool getReuseAddress() const;

  /// Sets SO_RCVBUF of the sockets to be accepted. Set it before bind() for sizes above 64 KiB (RFC 7323 section 2.3).
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument `size` is zero or negative
  void setReceiveBufferSize(int size);

  /// The receive buffer size in bytes of the sockets to be accepted. Linux reports twice what was set.
  int getReceiveBufferSize() const;

  /// The address it is bound to; the wildcard address before it is bound, and on a Unix-domain address. Kept after
  /// close.
  InetAddress getInetAddress() const;

  /// The port it listens on, 1 to 65535; -1 before it is bound, 0 on a Unix-domain address. Kept after close.
  int getLocalPort() const;

  /// The address and port it is bound to. Kept after close.
  ///
  /// @throws SocketException the server socket has never been bound, or is bound to a Unix-domain address
  InetSocketAddress getLocalSocketAddress() const;

  /// Whether it is bound to a Unix-domain address. Kept after close.
  bool isUnixDomain() const;

  /// The Unix-domain address it is bound to. Kept after close.
  ///
  /// @throws SocketException it has never been bound to one
  UnixDomainSocketAddress getUnixDomainAddress() const;

  /// Stops listening and ends every accept() that waits. Removes the path that bind() has created, if it is still the
  /// same file. Connections in the queue are reset; accepted sockets stay open. Closing twice is harmless. Never
  /// throws.
  void close();

  /// Whether the server socket was closed by close() or moved from.
  bool isClosed() const;

  /// Whether the server socket has ever been bound. Stays true after close, as in Java.
  bool isBound() const;

  /// The server socket as text, for logs: "ServerSocket[addr=0.0.0.0/0.0.0.0,localport=3000]",
  /// "ServerSocket[addr=unix:/run/lines.sock]" or "ServerSocket[unbound]".
  std::string toString() const;

  /// The system's own handle, for what netlite does not cover; -1 before bind, and after close once the last call has
  /// left. The rules of Socket::nativeHandle() apply.
  std::intptr_t nativeHandle() const;

 private:
  const std::shared_ptr<Listener>& state() const;

  std::shared_ptr<Listener> state_;
};

}  // namespace netlite
