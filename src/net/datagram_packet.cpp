// SPDX-License-Identifier: MIT
//
// DatagramPacket: a buffer, how much of it counts, and an address.
// Thread-safety: see the header.
#include <netlite/datagram_packet.hpp>

#include <netlite/exceptions.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace netlite {

namespace {

std::size_t checkedPacketSize(std::size_t capacity) {
  if (capacity > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw std::invalid_argument("packet capacity out of range: " + std::to_string(capacity));
  }
  return capacity;
}

}  // namespace

DatagramPacket::DatagramPacket(std::size_t capacity) : buffer_(checkedPacketSize(capacity), '\0') {}

DatagramPacket::DatagramPacket(std::string_view data, const InetSocketAddress& address)
    : buffer_(data), length_(data.size()), address_(address) {}

InetSocketAddress DatagramPacket::getSocketAddress() const {
  if (address_) return *address_;
  throw SocketException(std::make_error_code(std::errc::destination_address_required), "get address of packet");
}

InetAddress DatagramPacket::getAddress() const { return address_ ? address_->getAddress() : InetAddress(); }

int DatagramPacket::getPort() const noexcept { return address_ ? address_->getPort() : 0; }

InetAddress DatagramPacket::getLocalAddress() const { return local_; }

DatagramPacket DatagramPacket::reply(std::string_view data) const {
  if (!address_) {
    throw SocketException(std::make_error_code(std::errc::destination_address_required), "reply to packet");
  }
  DatagramPacket answer(data, *address_);
  if (!local_is_unicast_) return answer;
  answer.local_ = local_;
  answer.local_is_unicast_ = answer.is_reply_ = true;
  return answer;
}

void DatagramPacket::setData(std::string_view data) {
  if (data.size() > buffer_.size()) buffer_.resize(data.size());  // then `data` is not a part of buffer_
  std::string::traits_type::move(&buffer_[0], data.data(), data.size());
  length_ = data.size();
  truncated_ = false;
}

void DatagramPacket::setSocketAddress(const InetSocketAddress& address) { address_ = address; }

}  // namespace netlite
