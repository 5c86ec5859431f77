// SPDX-License-Identifier: MIT
//
// Many clients and one epoll.
// Thread-safety: see the header.
#include "line_crowd.hpp"

#include <sys/epoll.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

constexpr int kTimeout = 30000;  // milliseconds without progress

Descriptor newEpoll() { return Descriptor(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")); }

void watch(const Descriptor& epoll, const Descriptor& socket, std::size_t index) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = index;
  checked(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, socket.get(), &event), "epoll_ctl");
}

template <typename Handle>
void handleReady(const Descriptor& epoll, Handle handle) {
  std::array<epoll_event, 256> events;
  const int count = checked(::epoll_wait(epoll.get(), events.data(), events.size(), kTimeout), "epoll_wait");
  if (count == 0) throw std::runtime_error("no more answers arrive");
  for (int i = 0; i < count; ++i) handle(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
}

std::size_t receivedFrom(const Descriptor& socket) {
  char buffer[8192];
  const std::size_t count = receiveSome(socket.get(), buffer, sizeof buffer);
  if (count == 0) throw std::runtime_error("the server has closed");
  return count;
}

}  // namespace

LineCrowd::LineCrowd(int port, std::size_t count, const std::string& line)
    : line_(line), received_(count), epoll_(newEpoll()) {
  for (std::size_t i = 0; i < count; ++i) {
    sockets_.push_back(connectedFromAnyAddress(port));
    watch(epoll_, sockets_.back(), i);
    sendAll(sockets_.back().get(), line_);
  }
}

void LineCrowd::exchange(std::size_t count) {
  for (std::size_t done = 0; done < count;) {
    handleReady(epoll_, [&](std::size_t client) {
      if (receive(client)) ++done;
    });
  }
}

// Returns whether an echo is complete.
bool LineCrowd::receive(std::size_t client) {
  received_[client] += receivedFrom(sockets_[client]);
  if (received_[client] < line_.size()) return false;
  received_[client] = 0;
  sendAll(sockets_[client].get(), line_);
  return true;
}

void churn(int port, std::size_t together, std::size_t count, const std::string& line) {
  const Descriptor epoll = newEpoll();
  std::vector<Descriptor> sockets(together);
  std::vector<std::size_t> received(together);
  std::size_t started = 0;
  const auto start = [&](std::size_t client) {
    received[client] = 0;
    sockets[client] = Descriptor();
    if (started == count) return;
    ++started;
    sockets[client] = connectedFromAnyAddress(port);
    watch(epoll, sockets[client], client);
    sendAll(sockets[client].get(), line);
  };
  for (std::size_t client = 0; client < together; ++client) start(client);
  for (std::size_t done = 0; done < count;) {
    handleReady(epoll, [&](std::size_t client) {
      received[client] += receivedFrom(sockets[client]);
      if (received[client] < line.size()) return;
      ++done;
      start(client);
    });
  }
}

}  // namespace bench
