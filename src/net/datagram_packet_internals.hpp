// SPDX-License-Identifier: MIT
//
// Access to the private parts of DatagramPacket, for the library's own code.
// Thread-safety: as for any member of DatagramPacket.
#pragma once

#include <netlite/datagram_packet.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace netlite {

struct DatagramPacket::Internals {
  /// The remote address, if there is one.
  static std::optional<InetSocketAddress>& address(DatagramPacket& packet) noexcept { return packet.address_; }
  static const std::optional<InetSocketAddress>& address(const DatagramPacket& packet) noexcept {
    return packet.address_;
  }

  /// The sender of a received packet, and the address that it was sent to.
  struct Route {
    InetSocketAddress sender;
    InetAddress local;
    bool isUnicast = false;  // as in platform::Datagram
  };

  /// The local address that the packet has to leave from, or null.
  static const InetAddress* source(const DatagramPacket& packet) noexcept {
    return packet.is_reply_ ? &packet.local_ : nullptr;
  }

  /// Swaps the packet's buffer with `buffer`, which has the same size and whose first `length` bytes are the data.
  static void receive(DatagramPacket& packet, std::string& buffer, std::size_t length, bool truncated,
                      const Route& route) {
    packet.buffer_.swap(buffer);
    packet.length_ = length;
    packet.truncated_ = truncated;
    packet.address_ = route.sender;
    packet.local_ = route.local;
    packet.local_is_unicast_ = route.isUnicast;
    packet.is_reply_ = false;
  }
};

}  // namespace netlite
