// SPDX-License-Identifier: MIT
//
// Socket: one end of a TCP connection, java.net.Socket in C++.
//
// Thread-safety: every member from any thread, moving and destroying excepted; see the class.
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

class StreamSocket;

/// One end of a TCP connection, java.net.Socket in C++. It owns its connection: it can be moved, not copied, and its
/// destructor closes it. A moved-from Socket behaves like a closed one.
///
/// Thread-safety: every member may be called from any thread (moving and destroying excepted, as for any C++ object).
/// One thread may read while another writes. close() from any thread ends every connect, read and write that is waiting
/// on this socket, at once, with a SocketException ("Socket closed"); so does the destructor for the calls that are
/// waiting when it starts.
///
/// Timeouts: a timeout is a deadline for the whole member call (readLine() and readFully() too), on the monotonic
/// clock. Zero and milliseconds::max() mean wait for ever; a negative one is a std::invalid_argument.
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API Socket {
 public:
  /// For the library's own code.
  struct Internals;

  /// A socket that is not connected. Options may be set; connect() connects it. Never blocks.
  Socket();

  /// Connects to a host by name or literal address. Every address of the name is tried, IPv6 and IPv4 in turn and
  /// overlapping as RFC 8305 says; the first to answer wins. Blocks until connected or every address has failed, for as
  /// long as the system tries.
  ///
  /// @param host a name or literal address, as InetAddress::getByName takes it
  /// @param port 1 to 65535
  /// @throws std::invalid_argument  the port is out of range
  /// @throws UnknownHostException   the host is empty, malformed or has no address
  /// @throws ConnectException       nobody listens there, the system gave up, or it could not even try (no permission,
  ///                                no descriptor left). Of several addresses the first one's failure decides
  /// @throws NoRouteToHostException there is no way to the host
  /// @throws SocketException        this thread cannot wait, as descriptors ran out
  Socket(const std::string& host, int port);

  /// The same with one deadline for the look-up and all attempts together. A look-up that misses it ends by itself in
  /// the background.
  ///
  /// @param host    a name or literal address
  /// @param port    1 to 65535
  /// @param timeout how long everything may take, in milliseconds; 0: no limit
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws std::invalid_argument  the port is out of range or the timeout negative
  /// @throws UnknownHostException   as above
  /// @throws ConnectException       as above
  /// @throws NoRouteToHostException as above
  /// @throws SocketException        as above
  /// @throws IOException            the system has no thread left for the look-up
  Socket(const std::string& host, int port, std::chrono::milliseconds timeout);

  /// Connects to an address. Blocks until connected or failed, for as long as the system tries.
  ///
  /// @param address the address; the wildcard address means this machine, as in Java
  /// @param port    1 to 65535
  /// @throws std::invalid_argument  the port is out of range
  /// @throws ConnectException       as above
  /// @throws NoRouteToHostException as above
  /// @throws SocketException        as above
  Socket(const InetAddress& address, int port);

  /// Takes another socket over.
  ///
  /// @param other behaves like a closed one from now on; its streams stay with the connection
  Socket(Socket&& other) noexcept;

  /// Closes this socket, as the destructor does, and takes another one over.
  ///
  /// @param other behaves like a closed one from now on
  /// @return this socket
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Closes the socket. Never throws; blocks only if setSoLinger asked for it.
  ~Socket();

  /// Binds to a local address before connecting. Never blocks.
  ///
  /// @param local the address and port; the wildcard address and port 0 leave the choice to the system
  /// @throws BindException   the address is not this machine's, the port is in use or not permitted, or the system has
  ///                         no descriptor left
  /// @throws SocketException bound, connected, connecting or closed already
  void bind(const InetSocketAddress& local);

  /// Connects. Blocks until connected, failed, closed or the deadline. After a failure the socket is as before, options
  /// and (where the system allows it) bound port included, and can try again.
  ///
  /// @param remote  where to; port 1 to 65535; the wildcard address means this machine
  /// @param timeout how long it may take, in milliseconds; 0: as long as the system tries
  /// @throws SocketTimeoutException the deadline passed; bytesTransferred() is 0
  /// @throws ConnectException       nobody listens there, the system gave up, or it could not even try
  /// @throws NoRouteToHostException there is no way to the host
  /// @throws SocketException        connected, connecting or closed already, or closed meanwhile
  /// @throws std::invalid_argument  port 0, or a negative timeout
  void connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// The stream of what the peer sends. Never blocks.
  ///
  /// @return a handle on this socket's connection, which may outlive the socket
  /// @throws SocketException not connected, closed, or the input is shut down
  SocketInputStream getInputStream();

  /// The stream of what the peer gets. Never blocks.
  ///
  /// @return a handle on this socket's connection, which may outlive the socket
  /// @throws SocketException not connected, closed, or the output is shut down
  SocketOutputStream getOutputStream();

  /// The peer's address.
  ///
  /// @return the address; the wildcard address before the socket is connected. Kept after close
  InetAddress getInetAddress() const;

  /// The peer's port.
  ///
  /// @return 1 to 65535; 0 before the socket is connected. Kept after close
  int getPort() const;

  /// The local address.
  ///
  /// @return the address; the wildcard address before the socket is bound. Kept after close
  InetAddress getLocalAddress() const;

  /// The local port.
  ///
  /// @return 1 to 65535; -1 before the socket is bound. Kept after close
  int getLocalPort() const;

  /// The peer's address and port.
  ///
  /// @return both; kept after close
  /// @throws SocketException not connected
  InetSocketAddress getRemoteSocketAddress() const;

  /// The local address and port.
  ///
  /// @return both; kept after close
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

  /// Closes the socket and ends every call that waits on it. What was written is still sent, unread input that has
  /// arrived is dropped first (256 KiB at most) so that the peer sees a clean end where the system allows it;
  /// setSoLinger(true, 0) asks for a reset instead. Harmless when closed already.
  ///
  /// Never throws, never waits for calls of other threads, and blocks only if setSoLinger asked for it. The descriptor
  /// is freed by the last call that leaves, which may be another thread's: that one lingers then.
  void close();

  /// Whether the socket has ever been connected.
  ///
  /// @return true after close, too, as in Java
  bool isConnected() const;

  /// Whether the socket has a local address.
  ///
  /// @return true after close, too, as in Java
  bool isBound() const;

  /// Whether the socket was closed, by close(), by a stream's close() or by moving it away.
  ///
  /// @return whether it was
  bool isClosed() const;

  /// Whether shutdownInput() was called.
  ///
  /// @return whether it was; closing alone does not count
  bool isInputShutdown() const;

  /// Whether shutdownOutput() was called.
  ///
  /// @return whether it was; closing alone does not count
  bool isOutputShutdown() const;

  /// Sets how long a call that reads may take. What is there when the call begins to read is had in any case, however
  /// short the time. Calls that are waiting already keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): for ever, which is the default
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// How long a call that reads may take.
  ///
  /// @return the read timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets how long a call that writes may take. Calls that are waiting already keep their deadline. Java has none:
  /// there one peer that stops reading holds a writer for ever.
  ///
  /// @param timeout in milliseconds; 0 and max(): for ever, which is the default
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setWriteTimeout(std::chrono::milliseconds timeout);

  /// How long a call that writes may take.
  ///
  /// @return the write timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getWriteTimeout() const;

  /// Sets TCP_NODELAY: on by default (Java: off), since the writers' buffers do the batching and flush() means now.
  ///
  /// @param on whether small writes are sent at once
  /// @throws SocketException closed, or the system refuses
  void setTcpNoDelay(bool on);

  /// Whether TCP_NODELAY is on.
  ///
  /// @return whether small writes are sent at once
  /// @throws SocketException closed, or the system cannot tell
  bool getTcpNoDelay() const;

  /// Sets SO_KEEPALIVE: off by default.
  ///
  /// @param on whether the system asks a silent peer from time to time if it is still there
  /// @throws SocketException closed, or the system refuses
  void setKeepAlive(bool on);

  /// Turns SO_KEEPALIVE on and sets how the system asks (TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT). A peer that does
  /// not answer is given up after about `idle + count * interval`. Reads throw a SocketException from then on
  /// (std::errc::timed_out).
  ///
  /// The values can be set before connect() and survive a failed connect(). A system that lacks one of them keeps its
  /// own value and reports no error: Windows before version 10 and Wine lack all three.
  ///
  /// @param idle     how long the peer has to be silent before the first probe, at least 1 second; more than 32767
  /// counts
  ///                 as 32767
  /// @param interval the time between two probes, at least 1 second; more than 32767 counts as 32767
  /// @param count    the number of probes without an answer, at least 1; more than 127 counts as 127
  /// @throws std::invalid_argument a value is zero or negative; nothing is set
  /// @throws SocketException       the socket is closed, or the system refuses
  void setKeepAlive(std::chrono::seconds idle, std::chrono::seconds interval, int count);

  /// Whether SO_KEEPALIVE is on.
  ///
  /// @return whether it is
  /// @throws SocketException closed, or the system cannot tell
  bool getKeepAlive() const;

  /// Sets SO_LINGER: off by default. With zero seconds close() resets the connection; with more, close() blocks until
  /// what was written is acknowledged, at most that long.
  ///
  /// @param on      whether to linger
  /// @param seconds how long; more than 65535 counts as 65535; ignored when off
  /// @throws std::invalid_argument on with negative seconds
  /// @throws SocketException       closed, or the system refuses
  void setSoLinger(bool on, int seconds);

  /// How long close() lingers.
  ///
  /// @return the seconds, -1 if off
  /// @throws SocketException closed, or the system cannot tell
  int getSoLinger() const;

  /// Sets SO_REUSEADDR for bind(): off by default. No effect on Windows, where it would let others take the port.
  ///
  /// @param on whether bind() may take a port that old connections still linger on
  /// @throws SocketException closed, or the system refuses
  void setReuseAddress(bool on);

  /// Whether SO_REUSEADDR is on.
  ///
  /// @return whether it is; true for an accepted socket where the system hands it down from the listener (Linux does)
  /// @throws SocketException closed, or the system cannot tell
  bool getReuseAddress() const;

  /// Sets SO_SNDBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument zero or negative
  /// @throws SocketException       closed, or the system refuses
  void setSendBufferSize(int size);

  /// The size of the system's send buffer.
  ///
  /// @return the size in bytes that the system uses (Linux reports twice what was asked for)
  /// @throws SocketException closed, or the system cannot tell
  int getSendBufferSize() const;

  /// Sets SO_RCVBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument zero or negative
  /// @throws SocketException       closed, or the system refuses
  void setReceiveBufferSize(int size);

  /// The size of the system's receive buffer.
  ///
  /// @return the size in bytes that the system uses (Linux reports twice what was asked for)
  /// @throws SocketException closed, or the system cannot tell
  int getReceiveBufferSize() const;

  /// Sets the type-of-service octet of outgoing packets (RFC 2474). A wish: Windows leaves it to its administrators.
  ///
  /// @param trafficClass 0 to 255
  /// @throws std::invalid_argument out of range
  /// @throws SocketException       closed, or the system refuses
  void setTrafficClass(int trafficClass);

  /// The type-of-service octet of outgoing packets.
  ///
  /// @return 0 to 255
  /// @throws SocketException closed, or the system cannot tell
  int getTrafficClass() const;

  /// The socket as text, for logs.
  ///
  /// @return "Socket[addr=localhost/127.0.0.1,port=80,localport=41234]" or "Socket[unconnected]"
  std::string toString() const;

  /// The system's own handle (a descriptor, or a SOCKET on Windows), for what netlite does not cover. It stays the
  /// socket's: do not close it, and do not use it while another thread may close the socket. Its blocking mode belongs
  /// to netlite.
  ///
  /// @return the handle; -1 before the socket is bound or connected, and after close once the last call has left
  std::intptr_t nativeHandle() const;

 private:
  explicit Socket(std::shared_ptr<StreamSocket> state) noexcept;

  const std::shared_ptr<StreamSocket>& state() const;

  std::shared_ptr<StreamSocket> state_;
};

}  // namespace netlite
