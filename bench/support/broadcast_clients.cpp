// SPDX-License-Identifier: MIT
//
// One sender, many receivers.
// Thread-safety: see the header.
#include "broadcast_clients.hpp"

#include <poll.h>

#include <algorithm>
#include <stdexcept>

namespace bench {

namespace {

const std::string kLine = "nickname:a line as people write them\n";
const std::string kStart = "start\n";

// The sender is at most kMaxPending lines ahead of the slowest receiver, so that no queue overflows on a slow machine.
constexpr std::size_t kBlock = 250;
constexpr std::size_t kMaxPending = 1000;

constexpr int kTimeout = 30000;  // milliseconds without progress

std::size_t receive(const Descriptor& socket, char* buffer, std::size_t size) {
  const std::size_t count = receiveSome(socket.get(), buffer, size);
  if (count == 0) throw std::runtime_error("the server has dropped a client");
  return count;
}

void receiveStarts(const Descriptor& socket, std::size_t count) {
  char part[1024];
  for (std::size_t left = count * kStart.size(); left > 0;) left -= receive(socket, part, std::min(left, sizeof part));
}

}  // namespace

BroadcastClients::BroadcastClients(const std::vector<int>& ports, std::size_t count)
    : received_(count), buffer_(1 << 18) {
  for (std::size_t i = 0; i < count; ++i) {
    sockets_.push_back(connectedTo(ports[i % ports.size()]));
    sendAll(sockets_.back().get(), kStart);  // echoed once the server knows this client
    receiveStarts(sockets_.back(), 1);
  }
  for (std::size_t i = 0; i < count; ++i) receiveStarts(sockets_[i], count - 1 - i);  // of the clients after this one
}

std::size_t BroadcastClients::pump(std::size_t deliveries) {
  const std::size_t lines = (deliveries / sockets_.size() / kBlock + 1) * kBlock;
  std::string block;
  for (std::size_t i = 0; i < kBlock; ++i) block += kLine;
  std::fill(received_.begin(), received_.end(), 0);
  std::size_t sent = 0;
  while (linesOfSlowest() < lines) {
    for (; sent < lines && sent + kBlock <= linesOfSlowest() + kMaxPending; sent += kBlock) {
      sendAll(sockets_.front().get(), block);
    }
    receiveFromReady();
  }
  return lines * sockets_.size();
}

std::size_t BroadcastClients::linesOfSlowest() const {
  return *std::min_element(received_.begin(), received_.end()) / kLine.size();
}

void BroadcastClients::receiveFromReady() {
  std::vector<pollfd> polled;
  for (const Descriptor& socket : sockets_) polled.push_back({socket.get(), POLLIN, 0});
  if (::poll(polled.data(), polled.size(), kTimeout) <= 0) throw std::runtime_error("no more lines arrive");
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    if (polled[i].revents != 0) received_[i] += receive(sockets_[i], buffer_.data(), buffer_.size());
  }
}

}  // namespace bench
