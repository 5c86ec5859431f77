// SPDX-License-Identifier: MIT
//
// What the library's own code sees of a DatagramPacket.
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

  /// Takes over the buffer, whose first `length` bytes are the data, and leaves the packet's own, which is as long.
  static void receive(DatagramPacket& packet, std::string& buffer, std::size_t length, bool truncated,
                      const InetSocketAddress& sender) {
    packet.buffer_.swap(buffer);
    packet.length_ = length;
    packet.truncated_ = truncated;
    packet.address_ = sender;
  }
};

}  // namespace netlite
