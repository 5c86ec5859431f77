// SPDX-License-Identifier: MIT
//
// Socket: one end of a TCP connection, java.net.Socket in C++. It owns its connection: it can be moved, not copied, and
// its destructor closes it.
//
// Thread-safety: every member may be called from any thread (moving and destroying excepted, as for any C++ object).
// One thread may read while another writes. close() from any thread ends every connect, read and write that is waiting
// on this socket, at once, with a SocketException ("Socket closed"); so does the destructor for the calls that are
// waiting when it starts. A moved-from Socket behaves like a closed one.
//
// Timeouts: a timeout is a deadline for the whole member call (readLine() and readFully() too), on the monotonic clock.
// Zero and milliseconds::max() mean wait for ever; a negative one is a std::invalid_argument.
#pragma once

#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>
#include <netlite/socket_input_stream.hpp>
#include <netlite/socket_output_stream.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace netlite {

class Connection;

class NETLITE_API Socket {
 public:
  /// A socket that is not connected. Options may be set; connect() connects it. Never blocks.
  Socket();

  /// Connects to a host by name or literal address. Every address of the name is tried, IPv6 and IPv4 in turn and
  /// overlapping as RFC 8305 says; the first to answer wins. Blocks until connected or every address has failed.
  ///
  /// @param host a name or literal address, as InetAddress::getByName takes it
  /// @param port 1 to 65535
  /// @throws std::invalid_argument  the port is out of range
  /// @throws UnknownHostException   the host is malformed or has no address
  /// @throws ConnectException       nobody listens there, or the system gave up
  /// @throws NoRouteToHostException there is no way to the host
  /// @throws SocketException        another failure
  Socket(const std::string& host, int port);

  /// The same with one deadline for the look-up and all attempts together. A look-up that misses it ends by itself in
  /// the background.
  ///
  /// @param host    a name or literal address
  /// @param port    1 to 65535
  /// @param timeout how long everything may take, in milliseconds; 0: no limit
  /// @throws SocketTimeoutException the deadline passed
  /// @throws std::invalid_argument  the port is out of range or the timeout negative
  /// @throws UnknownHostException, ConnectException, NoRouteToHostException, SocketException as above
  Socket(const std::string& host, int port, std::chrono::milliseconds timeout);

  /// Connects to an address. Blocks until connected or failed.
  ///
  /// @param address the address; the wildcard address means this machine, as in Java
  /// @param port    1 to 65535
  /// @throws std::invalid_argument  the port is out of range
  /// @throws ConnectException, NoRouteToHostException, SocketException as above
  Socket(const InetAddress& address, int port);

  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Closes the socket. Never throws; blocks only if setSoLinger asked for it.
  ~Socket();

  /// Binds to a local address before connecting. Never blocks.
  ///
  /// @param local the address and port; the wildcard address and port 0 leave the choice to the system
  /// @throws BindException   the address is not this machine's, or the port is in use or not permitted
  /// @throws SocketException bound, connected or closed already
  void bind(const InetSocketAddress& local);

  /// Connects. Blocks until connected, failed, closed or the deadline. After a failure the socket is as before, options
  /// and (where the system allows it) bound port included, and can try again.
  ///
  /// @param remote  where to; port 1 to 65535; the wildcard address means this machine
  /// @param timeout how long it may take, in milliseconds; 0: as long as the system tries
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws ConnectException       nobody listens there, or the system gave up
  /// @throws NoRouteToHostException there is no way to the host
  /// @throws SocketException        connected, connecting or closed already, or closed meanwhile
  /// @throws std::invalid_argument  port 0, or a negative timeout
  void connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// The stream of what the peer sends. Never blocks.
  ///
  /// @throws SocketException not connected, closed, or the input is shut down
  SocketInputStream getInputStream();

  /// The stream of what the peer gets. Never blocks.
  ///
  /// @throws SocketException not connected, closed, or the output is shut down
  SocketOutputStream getOutputStream();

  /// The peer's address; the wildcard address before the socket is connected. Kept after close.
  InetAddress getInetAddress() const;

  /// The peer's port; 0 before the socket is connected. Kept after close.
  int getPort() const;

  /// The local address; the wildcard address before the socket is bound. Kept after close.
  InetAddress getLocalAddress() const;

  /// The local port; -1 before the socket is bound. Kept after close.
  int getLocalPort() const;

  /// The peer's address and port. Kept after close.
  ///
  /// @throws SocketException not connected
  InetSocketAddress getRemoteSocketAddress() const;

  /// The local address and port. Kept after close.
  ///
  /// @throws SocketException not bound
  InetSocketAddress getLocalSocketAddress() const;

  /// Ends reading: a waiting read returns the end of the stream at once, and so does every later one, even with bytes
  /// queued. The peer does not notice. Never blocks.
  ///
  /// @throws SocketException not connected, closed, or shut down already
  void shutdownInput();

  /// Ends writing: what was written is sent, then the end of the stream. A waiting write throws. Flush writers first.
  /// Never blocks.
  ///
  /// @throws SocketException not connected, closed, or shut down already
  void shutdownOutput();

  /// Closes the socket and ends every call that waits on it. What was written is still sent, unread input is dropped
  /// first so that the peer sees a clean end where the system allows it (setSoLinger(true, 0) asks for a reset
  /// instead). Harmless when closed already. Never throws; never waits for calls of other threads; blocks only if
  /// setSoLinger asked for it.
  void close();

  /// Whether the socket has ever been connected; true after close, as in Java.
  bool isConnected() const;

  /// Whether the socket has a local address; true after close, as in Java.
  bool isBound() const;

  bool isClosed() const;
  bool isInputShutdown() const;
  bool isOutputShutdown() const;

  /// How long a call that reads may take. Calls that are waiting already keep their deadline.
  ///
  /// @param timeout in milliseconds; 0: for ever
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// @return the read timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getSoTimeout() const;

  /// How long a call that writes may take. Java has none: there one peer that stops reading holds a writer for ever.
  ///
  /// @param timeout in milliseconds; 0: for ever
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setWriteTimeout(std::chrono::milliseconds timeout);

  /// @return the write timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getWriteTimeout() const;

  /// TCP_NODELAY: on by default (Java: off), since the writers' buffers do the batching and flush() means now.
  ///
  /// @throws SocketException closed, or the system refuses
  void setTcpNoDelay(bool on);
  bool getTcpNoDelay() const;

  /// SO_KEEPALIVE: off by default.
  ///
  /// @throws SocketException closed, or the system refuses
  void setKeepAlive(bool on);
  bool getKeepAlive() const;

  /// SO_LINGER: off by default. With zero seconds close() resets the connection; with more, close() blocks until what
  /// was written is acknowledged, at most that long.
  ///
  /// @param on      whether to linger
  /// @param seconds how long; more than 65535 counts as 65535; ignored when off
  /// @throws std::invalid_argument on with negative seconds
  /// @throws SocketException       closed, or the system refuses
  void setSoLinger(bool on, int seconds);

  /// @return the seconds, -1 if off
  /// @throws SocketException closed
  int getSoLinger() const;

  /// SO_REUSEADDR for bind(): off by default.
  ///
  /// @throws SocketException closed, or the system refuses
  void setReuseAddress(bool on);
  bool getReuseAddress() const;

  /// SO_SNDBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument zero or negative
  /// @throws SocketException       closed, or the system refuses
  void setSendBufferSize(int size);

  /// @return the size in bytes that the system uses (Linux reports twice what was asked for)
  /// @throws SocketException closed
  int getSendBufferSize() const;

  /// SO_RCVBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument zero or negative
  /// @throws SocketException       closed, or the system refuses
  void setReceiveBufferSize(int size);

  /// @return the size in bytes that the system uses (Linux reports twice what was asked for)
  /// @throws SocketException closed
  int getReceiveBufferSize() const;

  /// The type-of-service octet of outgoing packets (RFC 2474).
  ///
  /// @param trafficClass 0 to 255
  /// @throws std::invalid_argument out of range
  /// @throws SocketException       closed, or the system refuses
  void setTrafficClass(int trafficClass);
  int getTrafficClass() const;

  /// "Socket[addr=localhost/127.0.0.1,port=80,localport=41234]" or "Socket[unconnected]".
  std::string toString() const;

  /// The system's own handle (a descriptor, or a SOCKET on Windows), for what netlite does not cover; -1 before the
  /// socket is bound or connected and after close. It stays the socket's: do not close it, and do not use it while
  /// another thread may close the socket. Its blocking mode belongs to netlite.
  std::intptr_t nativeHandle() const;

 private:
  friend class ServerSocket;
  friend class TcpServer;

  explicit Socket(std::shared_ptr<Connection> connection) noexcept;

  const std::shared_ptr<Connection>& connection() const;

  std::shared_ptr<Connection> connection_;
};

}  // namespace netlite
