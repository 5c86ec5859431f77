// SPDX-License-Identifier: MIT
//
// DatagramPacket: the data and the peer of one UDP datagram, java.net.DatagramPacket as a value.
#pragma once

#include <netlite/export.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/inet_socket_address.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace netlite {

/// The data of one UDP datagram and the address of its sender or receiver, java.net.DatagramPacket as a value. A packet
/// owns its data (Java's refers to the caller's array).
///
/// Thread-safety: a value. Different objects are independent; const access to one from several threads is safe.
///
/// Unless documented otherwise, members throw only std::bad_alloc. None blocks.
class NETLITE_API DatagramPacket {
 public:
  /// For the library's own code.
  struct Internals;

  /// Creates a packet to receive into, without data and address. It can be reused and never loses capacity. 65535
  /// bytes are enough for any datagram.
  ///
  /// @param capacity the maximum number of bytes to receive; with 0 only the arrival and the sender are reported
  /// @throws std::invalid_argument `capacity` is more than 2147483647, as a converted negative number is
  explicit DatagramPacket(std::size_t capacity);

  /// Creates a packet to send. Its capacity for receiving is data.size().
  ///
  /// @param data    is copied; may be empty. IPv4 carries at most 65507 bytes, IPv6 65527 (RFC 768 with RFC 791 and
  ///                RFC 8200). Datagrams of more than about 1200 bytes may be fragmented on their way.
  /// @param address the receiver; send() requires a port of 1 to 65535
  DatagramPacket(std::string_view data, const InetSocketAddress& address);

  /// The bytes that were received or are to be sent; empty before anything was received. The view is valid until the
  /// packet is changed, received into, moved or destroyed.
  std::string_view getData() const noexcept { return std::string_view(buffer_).substr(0, length_); }

  /// The size of getData() in bytes. (Java's getData() is the whole buffer, and getLength() says how much of it
  /// counts.)
  std::size_t getLength() const noexcept { return getData().size(); }

  /// The maximum number of bytes that a receive puts into this packet.
  std::size_t getCapacity() const noexcept { return buffer_.size(); }

  /// Whether the datagram that was received last was longer than getCapacity(), so that the rest of it is lost; false
  /// once setData() has replaced it. (Java does not report this.)
  bool isTruncated() const noexcept { return truncated_; }

  /// The address and port of the sender, or of the receiver of a packet to send.
  ///
  /// @throws SocketException the packet has no address yet
  InetSocketAddress getSocketAddress() const;

  /// The address alone; the wildcard address if the packet has none yet.
  InetAddress getAddress() const;

  /// The port alone, 0 to 65535; 0 if the packet has no address yet.
  int getPort() const noexcept;

  /// The address of this machine that a received packet was sent to, which may be a multicast group's or a broadcast
  /// address; of a packet made by reply(), the address that the answer leaves from. The wildcard address if the packet
  /// was not received or the system does not report it.
  InetAddress getLocalAddress() const;

  /// Makes the answer to a received packet. It goes to the sender and leaves from the address that the sender asked. (A
  /// plain packet leaves from the address that the system prefers, which may be another one on a machine with several.)
  ///
  /// The system chooses the answer's address where the received packet was sent to a multicast group or a broadcast
  /// address, where its address is unknown, and where the system cannot send from it, for example because it was
  /// removed meanwhile. setSocketAddress() on the answer does not change the address that it leaves from; receiving
  /// into the answer does.
  ///
  /// @param data copied; it may be a part of this packet's own data
  /// @throws SocketException this packet has no address yet
  DatagramPacket reply(std::string_view data) const;

  /// Replaces the data with a copy of `data`, which may be a part of this packet's own data. The capacity grows as
  /// needed and never shrinks; the address stays.
  void setData(std::string_view data);

  /// Replaces the address. send() requires a port of 1 to 65535.
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
