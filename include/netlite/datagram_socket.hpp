// SPDX-License-Identifier: MIT
//
// DatagramSocket: sends and receives UDP datagrams, java.net.DatagramSocket (with MulticastSocket's groups) in C++.
//
// Thread-safety: every member from any thread, moving and destroying excepted; see the class.
#pragma once

#include <netlite/datagram_packet.hpp>
#include <netlite/export.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace netlite {

class DatagramEndpoint;

/// Sends and receives UDP datagrams, java.net.DatagramSocket (with MulticastSocket's groups) in C++. It owns its
/// descriptor: it can be moved, not copied, and its destructor closes it. A moved-from DatagramSocket behaves like a
/// closed one.
///
/// A datagram arrives whole or not at all, once or (rarely) twice, in any order: UDP promises no more (RFC 768).
///
///     netlite::DatagramSocket socket(4711);
///     netlite::DatagramPacket packet(1500);
///     for (;;) {
///       socket.receive(packet);
///       socket.send(packet);  // back to the sender
///     }
///
/// Thread-safety: every member may be called from any thread (moving and destroying excepted, as for any C++ object).
/// Any number of threads may send; one receives at a time, others wait their turn, no longer than their own timeout.
/// close() from any thread ends every send and receive that is waiting on this socket, at once, with a SocketException
/// ("Socket closed"); so does the destructor for the calls that are waiting when it starts.
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API DatagramSocket {
 public:
  /// Binds to a free port on every address of this machine, IPv6 and IPv4 where it has both. Never blocks.
  ///
  /// @throws BindException no port is free, or the system has no descriptor left
  DatagramSocket();

  /// Binds to a port on every address of this machine, IPv6 and IPv4 where it has both. Never blocks.
  ///
  /// @param port 0 to 65535; 0 picks a free one, see getLocalPort()
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, or the system has no descriptor left
  explicit DatagramSocket(int port);

  /// Binds to a port on one address of this machine. Never blocks.
  ///
  /// @param port        0 to 65535; 0 picks a free one
  /// @param bindAddress the address; the wildcard address means all. Bound to an IPv4 address, the socket reaches IPv4
  ///                    alone, bound to an IPv6 address IPv6 alone.
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, the address is not this machine's, or the
  ///                               system has no descriptor left
  DatagramSocket(int port, const InetAddress& bindAddress);

  /// A socket that is not bound, for options that have to be set before (Java: new DatagramSocket(null)). bind() binds
  /// it; the first send(), receive() or connect() does, to a free port, if nobody has. Never blocks.
  ///
  /// @return the socket
  static DatagramSocket unbound();

  /// Takes another socket over.
  ///
  /// @param other behaves like a closed one from now on
  DatagramSocket(DatagramSocket&& other) noexcept;

  /// Closes this socket and takes another one over.
  ///
  /// @param other behaves like a closed one from now on
  /// @return this socket
  DatagramSocket& operator=(DatagramSocket&& other) noexcept;
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  /// Closes the socket. Never throws or blocks.
  ~DatagramSocket();

  /// Binds an unbound socket. Never blocks. After a failure it is unbound as before and can bind again.
  ///
  /// @param local the address and port; port 0 picks a free one
  /// @throws BindException   the port is in use or not permitted, the address is not this machine's, or the system has
  ///                         no descriptor left
  /// @throws SocketException bound or closed already
  void bind(const InetSocketAddress& local);

  /// Sends the packet's data to the packet's address, as one datagram; the wildcard address means this machine. Blocks
  /// only while the system's queue is full, until there is room or close() ends it; setSoTimeout has no say. That it
  /// was sent does not mean that it arrives.
  ///
  /// A packet without an address goes to the socket's peer, if it is connected. An unbound socket is bound to a free
  /// port first.
  ///
  /// @param packet what to send and where to; port 1 to 65535
  /// @throws std::invalid_argument    port 0; or the socket is connected, and not to this address; or it is not
  ///                                  connected, and the packet has no address
  /// @throws PortUnreachableException an earlier datagram found nobody listening at the peer (connected sockets only;
  ///                                  on Windows receive() alone tells it). This one was not sent; send it again.
  /// @throws NoRouteToHostException   there is no way to the address
  /// @throws BindException            the socket was unbound, and no port is free
  /// @throws SocketException          the data are too long for a datagram (std::errc::message_size), the system
  ///                                  refuses, or the socket is closed
  void send(const DatagramPacket& packet);

  /// The same. A packet without an address gets the peer's, as in Java. Blocks and throws as
  /// send(const DatagramPacket&).
  ///
  /// @param packet what to send and where to
  void send(DatagramPacket& packet);

  /// Receives one datagram into the packet: its data, as many bytes as the packet's capacity takes, and its sender. A
  /// longer one is cut, and isTruncated() says so; an empty one is a datagram too. An IPv4 sender has an IPv4 address,
  /// whatever the socket is bound to. Blocks until a datagram comes, or until close() or setSoTimeout's deadline.
  ///
  /// Unless it returns, the packet stays as it was. An unbound socket is bound to a free port first.
  ///
  /// @param packet what to receive into
  /// @throws SocketTimeoutException   the deadline passed; the next receive() waits anew
  /// @throws PortUnreachableException an earlier datagram found nobody listening at the peer (connected sockets only;
  ///                                  others are never told)
  /// @throws BindException            the socket was unbound, and no port is free
  /// @throws SocketException          closed, or the system refuses
  void receive(DatagramPacket& packet);

  /// Chooses the one peer that this socket sends to and receives from. Nothing is sent, so this says nothing about
  /// whether the peer is there. Never blocks.
  ///
  /// Datagrams that others had sent before are dropped. Those that came from the peer itself before are kept, in their
  /// order. A socket that is connected already gets the new peer in place of the old one. After a failure it is as it
  /// was before, where the system allows it. An unbound socket is bound to a free port first.
  ///
  /// @param remote the peer; port 1 to 65535; the wildcard address means this machine
  /// @throws std::invalid_argument  port 0
  /// @throws NoRouteToHostException there is no way to the address
  /// @throws BindException          the socket was unbound, and no port is free
  /// @throws SocketException        the socket is closed (Java says nothing), or cannot reach an address of this kind
  void connect(const InetSocketAddress& remote);

  /// Takes the peer away: the socket sends to and receives from everybody again, at the address and port it is bound
  /// to. Harmless when there is no peer, or when closed. Never blocks.
  ///
  /// On Linux the system goes on hiding IPv6 datagrams of others than the last peer from a socket that was connected
  /// (IPv4 ones come through): bind a new socket to hear them.
  ///
  /// @throws SocketException the system refuses
  void disconnect();

  /// The peer's address.
  ///
  /// @return the address; the wildcard address when not connected or closed
  InetAddress getInetAddress() const;

  /// The peer's port.
  ///
  /// @return 1 to 65535; -1 when not connected or closed
  int getPort() const;

  /// The peer's address and port.
  ///
  /// @return both
  /// @throws SocketException not connected, or closed
  InetSocketAddress getRemoteSocketAddress() const;

  /// The address the socket is bound to, and the one it sends from while connected.
  ///
  /// @return the address; the wildcard address when not bound or closed
  InetAddress getLocalAddress() const;

  /// The port the socket is bound to.
  ///
  /// @return 1 to 65535; 0 when not bound and -1 when closed, as in Java
  int getLocalPort() const;

  /// The local address and port.
  ///
  /// @return both
  /// @throws SocketException not bound, or closed
  InetSocketAddress getLocalSocketAddress() const;

  /// Whether it has a peer now.
  ///
  /// @return false after close
  bool isConnected() const;

  /// Whether it was ever bound.
  ///
  /// @return true after close, too, as in Java
  bool isBound() const;

  /// Whether it was closed, by close() or by moving it away.
  ///
  /// @return whether it was
  bool isClosed() const;

  /// Sets how long receive() may wait. Calls that are waiting already keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): for ever, which is the default
  /// @throws std::invalid_argument negative
  /// @throws SocketException       closed
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// How long receive() may wait.
  ///
  /// @return the timeout in milliseconds; 0: none
  /// @throws SocketException closed
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets SO_BROADCAST, whether datagrams may be sent to a broadcast address: on by default, as in Java (the systems'
  /// own default is off).
  ///
  /// @param on whether they may
  /// @throws SocketException closed, or the system refuses
  void setBroadcast(bool on);

  /// Whether datagrams may be sent to a broadcast address.
  ///
  /// @return whether they may
  /// @throws SocketException closed, or the system cannot tell
  bool getBroadcast() const;

  /// Sets SO_REUSEADDR, whether several sockets may be bound to one port, all of them with this option: off by default.
  /// Set it before bind(). For the receivers of a group; of what is sent to one address only one of them gets each
  /// datagram, and the system chooses which.
  ///
  /// @param on whether they may
  /// @throws SocketException closed, or the system refuses
  void setReuseAddress(bool on);

  /// Whether several sockets may be bound to one port.
  ///
  /// @return whether they may
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

  /// Sets SO_RCVBUF, a hint to the system: how much may wait to be received. What does not fit any more is lost.
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

  /// Sets how many hops a datagram to a multicast group may travel (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS). The default
  /// is 1, the local network. Datagrams to single addresses keep the system's own limit. Can be set before and after
  /// bind(). Never blocks.
  ///
  /// @param timeToLive 0 to 255; 0 keeps the datagrams on this machine
  /// @throws std::invalid_argument out of range
  /// @throws SocketException       the socket is closed, or the system refuses
  void setTimeToLive(int timeToLive);

  /// How many hops a datagram to a multicast group may travel.
  ///
  /// @return 0 to 255
  /// @throws SocketException the socket is closed, or the system refuses
  int getTimeToLive() const;

  /// Sets whether the members of a group on this machine receive what this socket sends to the group
  /// (IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP): on by default. The argument of Java's setLoopbackMode() means the
  /// opposite. Can be set before and after bind(). Never blocks.
  ///
  /// @param on whether they receive it
  /// @throws SocketException the socket is closed, or the system refuses
  void setMulticastLoopback(bool on);

  /// Whether the members of a group on this machine receive what this socket sends to the group.
  ///
  /// @return whether they receive it
  /// @throws SocketException the socket is closed, or the system refuses
  bool getMulticastLoopback() const;

  /// Chooses the network interface that datagrams to multicast groups leave by (IP_MULTICAST_IF, IPV6_MULTICAST_IF),
  /// both IPv4 and IPv6 ones. Without it the system chooses. A scope in a group's address ("ff02::1%eth0") takes
  /// precedence. joinGroup() does not use this setting (Java's does). Can be set before and after bind(). Never blocks.
  ///
  /// @param nameOrAddress the interface's name ("eth0") or one of its addresses ("192.0.2.1", "fe80::1%eth0")
  /// @throws SocketException no interface has this name or address (std::errc::no_such_device), the socket is closed,
  /// or
  ///                         the system refuses
  void setNetworkInterface(const std::string& nameOrAddress);

  /// The network interface that datagrams to multicast groups leave by.
  ///
  /// @return the name or address that was set; empty where the system chooses
  /// @throws SocketException the socket is closed
  std::string getNetworkInterface() const;

  /// Receives from now on what is sent to a multicast group and this socket's port. What is sent to groups that the
  /// socket has not joined does not reach it, whoever else on this machine has joined them. Never blocks.
  ///
  /// @param group a multicast address, IPv4 for a socket that reaches IPv4, IPv6 for one that reaches IPv6. The scope
  ///              of an IPv6 one ("ff02::1%eth0") chooses the network interface; otherwise the system does.
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       joined already, no interface for it, not bound or closed
  void joinGroup(const InetAddress& group);

  /// The same by the network interface of a name ("lo", "eth0").
  ///
  /// @param group            a multicast address
  /// @param networkInterface its name
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       no interface of that name (std::errc::no_such_device), joined already by this one,
  ///                               not bound or closed
  void joinGroup(const InetAddress& group, const std::string& networkInterface);

  /// Takes joinGroup(group) back. Never blocks.
  ///
  /// @param group the group that was joined
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       not joined, not bound or closed
  void leaveGroup(const InetAddress& group);

  /// Takes joinGroup(group, networkInterface) back. Never blocks.
  ///
  /// @param group            the group that was joined
  /// @param networkInterface the interface it was joined by
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       no interface of that name, not joined by it, not bound or closed
  void leaveGroup(const InetAddress& group, const std::string& networkInterface);

  /// Closes the socket and ends every call that waits on it. What was received and not yet asked for is lost. Harmless
  /// when closed already. Never throws or blocks.
  void close();

  /// The socket as text, for logs.
  ///
  /// @return "DatagramSocket[addr=/127.0.0.1,port=53,localport=41234]", "DatagramSocket[localport=41234]",
  ///         "DatagramSocket[unbound]" or "DatagramSocket[closed]"
  std::string toString() const;

  /// The system's own handle, for what netlite does not cover. The rules of Socket::nativeHandle() hold.
  ///
  /// @return the handle; -1 before the socket is bound, and after close once the last call has left
  std::intptr_t nativeHandle() const;

 private:
  explicit DatagramSocket(std::shared_ptr<DatagramEndpoint> state) noexcept;

  const std::shared_ptr<DatagramEndpoint>& state() const;

  std::shared_ptr<DatagramEndpoint> state_;
};

}  // namespace netlite
