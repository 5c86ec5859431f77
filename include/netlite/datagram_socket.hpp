// SPDX-License-Identifier: MIT
//
// DatagramSocket: sends and receives UDP datagrams, java.net.DatagramSocket (with MulticastSocket's groups) in C++.
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

/// Sends and receives UDP datagrams, java.net.DatagramSocket (with MulticastSocket's groups) in C++.
///
/// ```cpp
/// netlite::DatagramSocket socket(4711);
/// netlite::DatagramPacket packet(1500);
/// for (;;) {
///   socket.receive(packet);
///   socket.send(packet.reply(packet.getData()));  // back to the sender
/// }
/// ```
///
/// A DatagramSocket owns its descriptor: it can be moved, not copied, and its destructor closes it. A moved-from
/// DatagramSocket behaves like a closed one. Options throw SocketException when it is closed or the system refuses.
///
/// A datagram arrives whole or not at all, once or (rarely) twice, in any order: UDP promises no more (RFC 768).
///
/// Thread-safety: every member may be called from any thread, except moving and destroying, as for any C++ object. Any
/// number of threads may send together. One thread receives at a time; others wait their turn, no longer than their own
/// timeout. close() from any thread immediately ends every send and receive that waits on this socket, with a
/// SocketException ("Socket closed"). The destructor does the same for the calls that are waiting when it starts.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API DatagramSocket {
 public:
  /// Binds to a free port on every address of this machine, IPv6 and IPv4 where it has both.
  ///
  /// @throws BindException no port is free, or the system has no descriptor left
  DatagramSocket();

  /// Binds to a port on every address of this machine, IPv6 and IPv4 where it has both.
  ///
  /// @param port 0 to 65535; 0 picks a free port, see getLocalPort()
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, or the system has no descriptor left
  explicit DatagramSocket(int port);

  /// Binds to a port on one address of this machine.
  ///
  /// @param port        0 to 65535; 0 picks a free port
  /// @param bindAddress the address; the wildcard address means all. Bound to an IPv4 address the socket reaches only
  ///                    IPv4, bound to an IPv6 address only IPv6
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         the port is in use or not permitted, the address is not this machine's, or the
  ///                               system has no descriptor left
  DatagramSocket(int port, const InetAddress& bindAddress);

  /// Creates a socket that is not bound, for options that must be set before (Java: new DatagramSocket(null)). bind()
  /// binds it; without a bind() the first send(), receive() or connect() binds it to a free port.
  static DatagramSocket unbound();

  /// Moves a socket here. `other` behaves like a closed one afterwards.
  DatagramSocket(DatagramSocket&& other) noexcept;

  /// Closes this socket and moves `other` here, as the constructor does.
  DatagramSocket& operator=(DatagramSocket&& other) noexcept;
  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;

  /// Closes the socket. Never throws.
  ~DatagramSocket();

  /// Binds an unbound socket. After a failure it is unbound as before and can bind again.
  ///
  /// @param local the address and port; port 0 picks a free port
  /// @throws BindException   the port is in use or not permitted, the address is not this machine's, or the system has
  ///                         no descriptor left
  /// @throws SocketException the socket is already bound or closed
  void bind(const InetSocketAddress& local);

  /// Sends one datagram. The wildcard address means this machine. A packet without an address goes to the socket's
  /// peer, if it is connected. An unbound socket is bound to a free port first. Blocks only while the system's queue is
  /// full, until there is room or close() ends the waiting; setSoTimeout does not apply. A successful send does not
  /// mean delivery.
  ///
  /// @param packet the data and the receiver; port 1 to 65535
  /// @throws std::invalid_argument    the port is 0; or the socket is connected to another address; or it is not
  ///                                  connected, and the packet has no address
  /// @throws PortUnreachableException an earlier datagram found no socket at the peer's port (connected sockets only;
  ///                                  on Windows only receive() reports it). This datagram was not sent; send it again
  /// @throws NoRouteToHostException   no route leads to the address
  /// @throws BindException            the socket was unbound, and no port is free
  /// @throws SocketException          the data are too long for a datagram (std::errc::message_size), the system
  ///                                  refuses, or the socket is closed
  void send(const DatagramPacket& packet);

  /// Sends as send(const DatagramPacket&), and gives a packet without an address the peer's, as in Java.
  void send(DatagramPacket& packet);

  /// Receives one datagram into the packet: its sender and its data, up to the packet's capacity. A longer datagram is
  /// cut, and isTruncated() reports it. Empty datagrams are received too. An IPv4 sender has an IPv4 address, whatever
  /// the socket is bound to. An unbound socket is bound to a free port first. Blocks until a datagram arrives; close()
  /// and setSoTimeout's deadline end the waiting. If it throws, the packet is unchanged.
  ///
  /// @throws SocketTimeoutException   the deadline passed; the next receive() starts a new one
  /// @throws PortUnreachableException an earlier datagram found no socket at the peer's port (connected sockets only)
  /// @throws BindException            the socket was unbound, and no port is free
  /// @throws SocketException          the socket is closed, or the system refuses
  void receive(DatagramPacket& packet);

  /// Chooses the one peer that this socket sends to and receives from. Nothing is sent, so this does not show whether
  /// the peer exists.
  ///
  /// Earlier datagrams from other senders are dropped; those from the peer are kept, in their order. On a connected
  /// socket the new peer replaces the old one. After a failure the socket is as before, where the system allows it. An
  /// unbound socket is bound to a free port first.
  ///
  /// @param remote the peer; port 1 to 65535; the wildcard address means this machine
  /// @throws std::invalid_argument  the port is 0
  /// @throws NoRouteToHostException no route leads to the address
  /// @throws BindException          the socket was unbound, and no port is free
  /// @throws SocketException        the socket is closed (Java ignores it), or cannot reach an address of this kind
  void connect(const InetSocketAddress& remote);

  /// Removes the peer: the socket sends to and receives from any address again, at the address and port it is bound to.
  /// Harmless when there is no peer or the socket is closed.
  ///
  /// After connect() Linux keeps hiding IPv6 datagrams of senders other than the last peer (IPv4 ones are received):
  /// bind a new socket to receive them.
  ///
  /// @throws SocketException the system refuses
  void disconnect();

  /// The peer's address; the wildcard address when not connected or closed.
  InetAddress getInetAddress() const;

  /// The peer's port, 1 to 65535; -1 when not connected or closed.
  int getPort() const;

  /// The peer's address and port.
  ///
  /// @throws SocketException the socket is not connected or is closed
  InetSocketAddress getRemoteSocketAddress() const;

  /// The address the socket is bound to, and the one it sends from while connected; the wildcard address when not bound
  /// or closed.
  InetAddress getLocalAddress() const;

  /// The port the socket is bound to, 1 to 65535; 0 when not bound and -1 when closed, as in Java.
  int getLocalPort() const;

  /// The local address and port.
  ///
  /// @throws SocketException the socket is not bound or is closed
  InetSocketAddress getLocalSocketAddress() const;

  /// Whether the socket has a peer now; false after close.
  bool isConnected() const;

  /// Whether the socket has ever been bound. Stays true after close, as in Java.
  bool isBound() const;

  /// Whether the socket was closed by close() or moved from.
  bool isClosed() const;

  /// Sets how long receive() may wait. Calls that are already waiting keep their deadline.
  ///
  /// @param timeout in milliseconds; 0 and max(): no limit, which is the default
  /// @throws std::invalid_argument the timeout is negative
  void setSoTimeout(std::chrono::milliseconds timeout);

  /// How long receive() may wait, in milliseconds; 0: no limit.
  std::chrono::milliseconds getSoTimeout() const;

  /// Sets SO_BROADCAST, with which datagrams may be sent to a broadcast address. On by default, as in Java (the
  /// systems' default is off).
  void setBroadcast(bool on);

  /// Whether datagrams may be sent to a broadcast address (SO_BROADCAST).
  bool getBroadcast() const;

  /// Sets SO_REUSEADDR, with which several sockets may be bound to one port if all of them set it. Off by default. Set
  /// it before bind(). It is meant for the receivers of a multicast group: a datagram to a single address reaches only
  /// one of the sockets, which the system chooses.
  void setReuseAddress(bool on);

  /// Whether several sockets may be bound to one port (SO_REUSEADDR).
  bool getReuseAddress() const;

  /// Sets SO_SNDBUF, a hint to the system, which may choose another size.
  ///
  /// @param size in bytes, at least 1
  /// @throws std::invalid_argument `size` is zero or negative
  void setSendBufferSize(int size);

  /// The size in bytes of the system's send buffer. Linux reports twice what was set.
  int getSendBufferSize() const;

  /// Sets SO_RCVBUF, a hint to the system: how many bytes may wait to be received. Datagrams that do not fit are lost.
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

  /// Sets how many hops a datagram to a multicast group may travel (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS). The default
  /// is 1, the local network. Datagrams to single addresses keep the system's own limit.
  ///
  /// @param timeToLive 0 to 255; 0 keeps the datagrams on this machine
  /// @throws std::invalid_argument `timeToLive` is out of range
  void setTimeToLive(int timeToLive);

  /// How many hops a datagram to a multicast group may travel, 0 to 255.
  int getTimeToLive() const;

  /// Sets whether the members of a group on this machine receive what this socket sends to the group
  /// (IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP). On by default. The argument of Java's setLoopbackMode() means the
  /// opposite.
  void setMulticastLoopback(bool on);

  /// Whether the members of a group on this machine receive what this socket sends to the group.
  bool getMulticastLoopback() const;

  /// Chooses the network interface that datagrams to multicast groups leave by (IP_MULTICAST_IF, IPV6_MULTICAST_IF),
  /// both IPv4 and IPv6 ones. Without it the system chooses. A scope in a group's address ("ff02::1%eth0") takes
  /// precedence. joinGroup() does not use this setting (Java's does).
  ///
  /// @param nameOrAddress the interface's name ("eth0") or one of its addresses ("192.0.2.1", "fe80::1%eth0")
  /// @throws SocketException no interface has this name or address (std::errc::no_such_device), the socket is closed,
  ///                         or the system refuses
  void setNetworkInterface(const std::string& nameOrAddress);

  /// The name or address that setNetworkInterface() was given; empty where the system chooses.
  std::string getNetworkInterface() const;

  /// Joins a multicast group: from now on the socket receives what is sent to the group and its port. Datagrams to
  /// groups that the socket has not joined do not reach it, even if another socket of this machine has joined them.
  ///
  /// @param group a multicast address, IPv4 for a socket that reaches IPv4, IPv6 for one that reaches IPv6. The scope
  ///              of an IPv6 one ("ff02::1%eth0") chooses the network interface; otherwise the system does.
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       already joined, no interface for it, not bound or closed
  void joinGroup(const InetAddress& group);

  /// Joins a multicast group on a network interface, chosen by its name ("lo", "eth0").
  ///
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       no interface of that name (std::errc::no_such_device), already joined on it, not
  ///                               bound or closed
  void joinGroup(const InetAddress& group, const std::string& networkInterface);

  /// Undoes joinGroup(group).
  ///
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       not joined, not bound or closed
  void leaveGroup(const InetAddress& group);

  /// Undoes joinGroup(group, networkInterface).
  ///
  /// @throws std::invalid_argument not a multicast address
  /// @throws SocketException       no interface of that name, not joined on it, not bound or closed
  void leaveGroup(const InetAddress& group, const std::string& networkInterface);

  /// Closes the socket and ends every call that waits on it. Datagrams in the queue are lost. Closing twice is
  /// harmless. Never throws.
  void close();

  /// The socket as text, for logs: "DatagramSocket[addr=/127.0.0.1,port=53,localport=41234]",
  /// "DatagramSocket[localport=41234]", "DatagramSocket[unbound]" or "DatagramSocket[closed]".
  std::string toString() const;

  /// The system's own handle, for what netlite does not cover; -1 before the socket is bound, and after close once the
  /// last call has left. The rules of Socket::nativeHandle() apply.
  std::intptr_t nativeHandle() const;

 private:
  explicit DatagramSocket(std::shared_ptr<DatagramEndpoint> state) noexcept;

  const std::shared_ptr<DatagramEndpoint>& state() const;

  std::shared_ptr<DatagramEndpoint> state_;
};

}  // namespace netlite
