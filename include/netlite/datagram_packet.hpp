// SPDX-License-Identifier: MIT
//
// DatagramPacket: what one UDP datagram carries and whom it comes from or goes to, java.net.DatagramPacket as a value.
//
// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
#pragma once

#include <netlite/export.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netlite {

/// What one UDP datagram carries and whom it comes from or goes to, java.net.DatagramPacket as a value. A packet owns
/// its data (Java's refers to an array of yours).
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// No member blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API DatagramPacket {
 public:
  /// For the library's own code.
  struct Internals;

  /// A packet to receive into: no data and no address yet. It can be received into again and again and never loses
  /// capacity. 65535 bytes are enough for any datagram.
  ///
  /// @param capacity how many bytes of a datagram it takes; 0 takes none, and tells only that one came and from whom
  /// @throws std::invalid_argument more than 2147483647, as a negative number would be
  explicit DatagramPacket(std::size_t capacity);

  /// A packet to send. Received into, it takes as many bytes as `data` has.
  ///
  /// @param data    what it carries; copied. Empty is allowed. At most 65507 bytes can be sent over IPv4, 65527 over
  ///                IPv6 (RFC 768 with RFC 791 and RFC 8200), and what is over about 1200 is cut to pieces on its way.
  /// @param address where to; send() wants a port of 1 to 65535
  DatagramPacket(std::string_view data, const InetSocketAddress& address);

  /// The bytes that were received, or are to be sent. The view holds until the packet is changed, received into, moved
  /// or destroyed.
  ///
  /// @return the bytes; none if nothing was received yet
  std::string_view getData() const noexcept { return std::string_view(buffer_).substr(0, length_); }

  /// How many bytes getData() has (Java's getData() is the whole buffer, and only getLength() tells).
  ///
  /// @return the length in bytes
  std::size_t getLength() const noexcept { return getData().size(); }

  /// How many bytes a receive can put into this packet.
  ///
  /// @return the capacity in bytes
  std::size_t getCapacity() const noexcept { return buffer_.size(); }

  /// Whether the datagram that was received last was longer than getCapacity(), so that the rest of it is lost. (Java
  /// is silent.)
  ///
  /// @return whether it was; false once setData() has replaced it
  bool isTruncated() const noexcept { return truncated_; }

  /// The sender of what was received, or where the packet is to be sent.
  ///
  /// @return address and port
  /// @throws SocketException the packet has no address yet
  InetSocketAddress getSocketAddress() const;

  /// The address alone.
  ///
  /// @return the address; the wildcard address if the packet has none yet
  InetAddress getAddress() const;

  /// The port alone.
  ///
  /// @return 0 to 65535; 0 if the packet has no address yet
  int getPort() const noexcept;

  /// The address of this machine that a received packet was sent to, a multicast group's or broadcast address included.
  /// Of a packet made by reply() it is the address that the answer leaves from.
  ///
  /// @return the address; the wildcard address if the packet was not received or the system does not report it
  InetAddress getLocalAddress() const;

  /// Makes the answer to a received packet. It goes to the sender and leaves from the address that the sender asked, as
  /// the sender expects. (A plain packet leaves from the address that the system prefers, which may be another one on a
  /// machine that has several.)
  ///
  /// The system chooses the answer's address where the received packet was sent to a multicast group or a broadcast
  /// address, where its address is unknown, and where the system cannot send from it, for example because it was
  /// removed meanwhile. setSocketAddress() on the answer does not change the address that it leaves from; receiving
  /// into it does away with that address.
  ///
  /// @param data what the answer carries; copied. It may be a part of this packet's own data.
  /// @return the answer
  /// @throws SocketException this packet has no address yet
  DatagramPacket reply(std::string_view data) const;

  /// Replaces the data. The capacity grows if need be and never shrinks; the address stays.
  ///
  /// @param data what to carry; copied. It may be a part of this packet's own data.
  void setData(std::string_view data);

  /// Replaces the address.
  ///
  /// @param address where to; send() wants a port of 1 to 65535
  void setSocketAddress(const InetSocketAddress& address);

 private:
  std::string buffer_;  // as long as the capacity; the data come first in it
  std::size_t length_ = 0;
  bool truncated_ = false;
  std::optional<InetSocketAddress> address_;
  InetAddress local_;              // the wildcard where unknown
  bool local_is_unicast_ = false;  // whether an answer can leave from local_
  bool is_reply_ = false;          // whether this packet leaves from local_
};

}  // namespace netlite
