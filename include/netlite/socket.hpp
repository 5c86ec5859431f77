// SPDX-License-Identifier: MIT
//
// Socket: one end of a TCP or Unix-domain connection, java.net.Socket in C++.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/peer_credentials.hpp>
#include <netlite/socket_input_stream.hpp>
#include <netlite/socket_output_stream.hpp>
#include <netlite/unix_domain_socket_address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace netlite {

class StreamSocket;

/// One end of a TCP connection, java.net.Socket in C++; or of a Unix-domain connection, which a program has with
/// another one on the same machine.
///
/// ```cpp
/// netlite::Socket socket("localhost", 3000, 5s);
/// netlite::PrintWriter out(socket.getOutputStream());
/// netlite::BufferedReader in(socket.getInputStream());
/// out.println("hello");
/// out.flush();
/// if (auto answer = in.readLine()) std::cout << *answer << '\n';
/// ```
///
/// A Socket owns its connection: it can be moved, not copied, and its destructor closes it. A moved-from Socket behaves
/// like a closed one.
///
/// Timeouts: a timeout is a deadline on the monotonic clock for the whole member call, readLine() and readFully()
/// included. Zero and milliseconds::max() mean no limit; a negative timeout throws std::invalid_argument. On Linux a
/// read or write that waits opens no descriptor, with or without a timeout.
///
/// Options and shutdowns throw SocketException when the socket is closed or the system refuses.
///
/// A Unix-domain connection works as one of TCP does, with these differences:
/// - It has no addresses and ports: getInetAddress() and getLocalAddress() are the wildcard address, the ports are 0,
/// and
///   the socket-address getters throw SocketException. getUnixDomainAddress() is the server's address at both ends.
/// - The options that only TCP and IP have (setTcpNoDelay, the times of setKeepAlive, setTrafficClass) are remembered
///   and have no effect. setSoLinger(true, 0) resets the connection only if input is unread.
/// - On Linux the peer notices shutdownInput(): its writes fail immediately. A write that waits for room opens a
///   descriptor for the time of its wait.
/// - getPeerCredentials() says who the peer is.
///
/// Thread-safety: every member may be called from any thread, except moving and destroying, as for any C++ object. One
/// thread may read while another writes. close() from any thread immediately ends every connect, read and write that
/// waits on this socket, with a SocketException ("Socket closed"). The destructor does the same for the calls that are
/// waiting when it starts.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API Socket {
 public:
  /// For the library's own code.
  struct Internals;

  /// Creates a socket that is not connected. Options may be set before connect().
  Socket();

  /// Connects to a host by name or literal address, which InetAddress::getByName describes. Tries every address of the
  /// name, IPv6 and IPv4 alternating and overlapping as in RFC 8305; the first to answer wins. Blocks until it is
  /// connected or every address has failed, for as long as the system tries.
  ///
  /// @param port 1 to 65535
  /// @throws std::invalid_argument  the port is out of range
  /// @throws UnknownHostException   the host is empty, malformed or has no address
  /// @throws ConnectException       the peer refused the connection, the system gave up, or it could not even try (no
  ///                                permission, no descriptor left). Of several addresses the first one's failure
  ///                                decides which exception is thrown
  /// @throws NoRouteToHostException no route leads to the host
  /// @throws SocketException        the system failed to wait for the connection
  Socket(const std::string& host, int port);

  /// Connects as Socket(host, port), with one deadline for the lookup and all attempts together. A lookup that misses
  /// the deadline ends by itself in the background.
  ///
  /// @param port    1 to 65535
  /// @param timeout in milliseconds; 0: no limit
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws std::invalid_argument  the port is out of range or the timeout is negative
  /// @throws IOException            no thread can be started for the lookup; also what Socket(host, port) throws
  Socket(const std::string& host, int port, std::chrono::milliseconds timeout);

  /// Connects to an address. The wildcard address means this machine, as in Java. Blocks until it is connected or has
  /// failed, for as long as the system tries. Throws as Socket(host, port), except UnknownHostException.
  ///
  /// @param port 1 to 65535
  Socket(const InetAddress& address, int port);

  /// Connects to a server on this machine, as connect(address) does without a limit.
  ///
  /// @throws ConnectException the server is dead or refuses, or connecting is not permitted
  /// @throws SocketException  nothing is at the path (std::errc::no_such_file_or_directory), or the system has no such
  ///                          addresses (std::errc::address_family_not_supported)
  explicit Socket(const UnixDomainSocketAddress& address);

  /// Moves the connection here. `other` behaves like a closed socket afterwards; its streams stay with the connection.
  Socket(Socket&& other) noexcept;

  /// Closes this socket, as the destructor does, and moves `other` here, as the constructor does.
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Closes the socket as close() does. Never throws; blocks only if setSoLinger asked for it.
  ~Socket();

  /// Binds to a local address before connecting.
  ///
  /// @param local the address and port; the wildcard address and port 0 let the system choose
  /// @throws BindException   the address is not this machine's, the port is in use or not permitted, or the system has
  ///                         no descriptor left
  /// @throws SocketException the socket is already bound, connected, connecting or closed
  void bind(const InetSocketAddress& local);

  /// Connects. Blocks until it is connected, has failed, is closed, or the deadline passes. After a failure the socket
  /// is as before and can try again: it keeps its options and, where the system allows it, its bound port.
  ///
  /// @param remote  the peer; port 1 to 65535; the wildcard address means this machine
  /// @param timeout in milliseconds; 0: as long as the system tries
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws ConnectException       the peer refused the connection, the system gave up, or it could not even try
  /// @throws NoRouteToHostException no route leads to the host
  /// @throws SocketException        the socket is connected, connecting or closed, or was closed meanwhile
  /// @throws std::invalid_argument  the port is 0 or the timeout is negative
  void connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// Connects to a server on this machine. Blocks while the server's queue is full, until it is connected, has failed,
  /// is closed, or the deadline passes; the BSDs and macOS refuse in place of waiting. After a failure the socket is as
  /// before and can try again.
  ///
  /// @param remote  a relative path means the working directory at the time of this call
  /// @param timeout in milliseconds; 0: no limit
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws ConnectException       the server that had created the path is dead (std::errc::connection_refused), the
  ///                                path is no stream socket, or the system could not even try (no permission, no
  ///                                descriptor left)
  /// @throws SocketException        nothing is at the path (std::errc::no_such_file_or_directory, as in Java); the
  ///                                system has no such addresses (std::errc::address_family_not_supported); the socket
  ///                                is bound, connected, connecting or closed, or was closed meanwhile
  /// @throws std::invalid_argument  the timeout is negative
  void connect(const UnixDomainSocketAddress& remote, std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// The stream of what the peer sends: a handle on this socket's connection, which may outlive the socket.
  ///
  /// @throws SocketException the socket is not connected or is closed, or its input is shut down
  SocketInputStream getInputStream();

  /// The stream of what the peer receives: a handle on this socket's connection, which may outlive the socket.
  ///
  /// @throws SocketException the socket is not connected or is closed, or its output is shut down
  SocketOutputStream getOutputStream();

  /// The peer's address; the wildcard address before the socket is connected. Kept after close.
  InetAddress getInetAddress() const;

  /// The peer's port, 1 to 65535; 0 before the socket is connected, and of a Unix-domain socket. Kept after close.
  int getPort() const;

  /// The local address; the wildcard address before the socket is bound. Kept after close.
  InetAddress getLocalAddress() const;

  /// The local port, 1 to 65535; -1 before the socket is bound, 0 of a Unix-domain socket. Kept after close.
  int getLocalPort() const;

  /// The peer's address and port. Kept after close.
  ///
  /// @throws SocketException the socket has never been connected, or is a Unix-domain socket
  InetSocketAddress getRemoteSocketAddress() const;

  /// The local address and port. Kept after close.
  ///
  /// @throws SocketException the socket has never been bound, or is a Unix-domain socket
  InetSocketAddress getLocalSocketAddress() const;

  /// Whether the socket has been connected to a Unix-domain address, or accepted from one. Kept after close.
  bool isUnixDomain() const;

  /// The server's Unix-domain address, at both ends. Kept after close.
  ///
  /// @throws SocketException the socket is not a Unix-domain socket
  UnixDomainSocketAddress getUnixDomainAddress() const;

  /// The user and the process at the other end of a Unix-domain connection, as the system vouches for them. It notes
  /// the server's when it starts to listen and the client's when it connects; who uses the connection later, such as a
  /// forked child, may be another process.
  ///
  /// @throws SocketException the socket is not connected or is closed; or it is not a Unix-domain socket, or the system
  ///                         does not tell, as Windows (std::errc::operation_not_supported)
  PeerCredentials getPeerCredentials() const;

  /// Ends reading: a waiting read immediately returns the end of the stream, and so does every later read, even with
  /// bytes queued. The peer does not notice, except that of a Unix-domain socket on Linux.
  ///
  /// @throws SocketException the socket is not connected or is closed, or its input is already shut down
  void shutdownInput();

  /// Ends writing: the peer receives what was written, then the end of the stream. A waiting write throws. Flush
  /// writers first. After the peer has reset the connection this sends nothing and does not throw.
  ///
  /// @throws SocketException the socket is not connected or is closed, or its output is already shut down
  void shutdownOutput();

  /// Closes the socket and ends every call that waits on it. What was written is still sent. Unread input that has
  /// arrived is dropped first (256 KiB at most), so that the peer sees a clean end where the system allows it;
  /// setSoLinger(true, 0) asks for a reset instead. Closing twice is harmless.
  ///
  /// Never throws, never waits for calls of other threads, and blocks only if setSoLinger asked for it. The last call
  /// to leave frees the descriptor. If that is another thread's call, that thread lingers.
  void close();

  /// Whether the socket has ever been connected. Stays true after close, as in Java.
  bool isConnected() const;

  /// Whether the socket has ever had a local address. Stays true after close, as in Java.
  bool isBound() const;

  /// Whether the socket was closed by close() or a stream's close(), or was moved from.
  bool isClosed() const;

  /// Whether shutdownInput() was called; closing alone does not count.
  bool isInputShutdown() const;

  /// Whether shutdownOutput() was called; closing alone does not count.
  bool isOutputShutdown() const;

  /// Sets how long a call that reads may take. Data that has already arrived is returned, however short the timeout.
  /// Calls that are already waiting keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): no limit, which is the default
  /// @throws std::invalid_argument the timeout is negative
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// The read timeout in milliseconds; 0: none.
  ///
  /// @throws SocketException the socket is closed
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets how long a call that writes may take. Calls that are already waiting keep their deadline. (Java has no such
  /// timeout: a peer that stops reading blocks a writer indefinitely.)
  ///
  /// @param timeout in milliseconds; 0 and max(): no limit, which is the default
  /// @throws std::invalid_argument the timeout is negative
  void setWriteTimeout(std::chrono::milliseconds timeout);

  /// The write timeout in milliseconds; 0: none.
  ///
  /// @throws SocketException the socket is closed
  std::chrono::milliseconds getWriteTimeout() const;

  /// Sets TCP_NODELAY, which sends small writes immediately. On by default (Java: off), since writers do the batching
  /// in their buffers.
  void setTcpNoDelay(bool on);

  /// Whether small writes are sent immediately (TCP_NODELAY).
  bool getTcpNoDelay() const;

  /// Sets SO_KEEPALIVE, with which the system occasionally probes whether a silent peer is still there. Off by default.
  void setKeepAlive(bool on);

  /// Turns SO_KEEPALIVE on and sets how the system probes (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT). It gives up on a
  /// peer that does not answer after about `idle + count * interval`; from then on reads throw a SocketException
  /// (std::errc::timed_out).
  ///
  /// The values can be set before connect() and survive a failed connect(). A system that lacks one of them keeps its
  /// own value and reports no error: Windows before version 10 and Wine lack all three.
  ///
  /// @param idle     how long the peer has to be silent before the first probe, 1 to 32767 seconds; more counts as
  ///                 32767
  /// @param interval the time between two probes, 1 to 32767 seconds; more counts as 32767
  /// @param count    the number of probes without an answer, 1 to 127; more counts as 127
  /// @throws std::invalid_argument a value is zero or negative; nothing is set
  void setKeepAlive(std::chrono::seconds idle, std::chrono::seconds interval, int count);

  /// Whether the system probes a silent peer (SO_KEEPALIVE).
  bool getKeepAlive() const;

  /// Sets SO_LINGER. Off by default. With zero seconds close() resets the connection; with more, close() blocks until
  /// what was written is acknowledged, at most that long.
  ///
  /// @param seconds more than 65535 counts as 65535; ignored when off
  /// @throws std::invalid_argument `on` with negative seconds
  void setSoLinger(bool on, int seconds);

  /// How long close() lingers, in seconds; -1 if off.
  int getSoLinger() const;

  /// Sets SO_REUSEADDR, with which bind() may take a port that old connections still linger on. Off by default. No
  /// effect on Windows, where it would let other programs take the port.
  void setReuseAddress(bool on);

  /// Whether SO_REUSEADDR is on. True for an accepted socket where it inherits the listener's (on Linux it does).
  bool getReuseAddress() const;

  /// Sets SO_SNDBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument `size` is zero or negative
  void setSendBufferSize(int size);

  /// The size in bytes of the system's send buffer. Linux reports twice what was set.
  int getSendBufferSize() const;

  /// Sets SO_RCVBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument `size` is zero or negative
  void setReceiveBufferSize(int size);

  /// The size in bytes of the system's receive buffer. Linux reports twice what was set.
  int getReceiveBufferSize() const;

  /// Sets the type-of-service octet of outgoing packets (RFC 2474). A hint: Windows honours it only by policy.
  ///
  /// @param trafficClass 0 to 255
  /// @throws std::invalid_argument `trafficClass` is out of range
  void setTrafficClass(int trafficClass);

  /// The type-of-service octet of outgoing packets, 0 to 255.
  int getTrafficClass() const;

  /// The socket as text, for logs: "Socket[addr=localhost/127.0.0.1,port=80,localport=41234]",
  /// "Socket[addr=unix:/run/lines.sock]" or "Socket[unconnected]".
  std::string toString() const;

  /// The system's own handle (a descriptor, or a SOCKET on Windows), for what netlite does not cover; -1 before the
  /// socket is bound or connected, and after close once the last call has left. The socket still owns it: do not close
  /// it, do not use it while another thread may close the socket, and do not change its blocking mode.
  std::intptr_t nativeHandle() const;

 private:
  explicit Socket(std::shared_ptr<StreamSocket> state) noexcept;

  const std::shared_ptr<StreamSocket>& state() const;

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
