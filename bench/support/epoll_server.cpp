// SPDX-License-Identifier: MIT
//
// One thread and a level-triggered epoll on bare system calls: what a careful C programmer writes for many connections.
// Thread-safety: one thread serves all connections.
#include "contenders.hpp"
#include "raw_lines.hpp"

#include <sys/epoll.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unordered_map>

namespace bench {

namespace {

// A client. Its input is read only when epoll reports some, so no read waits.
class Connection {
 public:
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}

  int descriptor() const { return socket_.get(); }

  /// Receives once and answers the whole lines. Returns false at the end.
  bool answer() {
    const std::size_t count = receiveSome(socket_.get(), buffer_ + size_, sizeof buffer_ - size_);
    if (count == 0) return false;
    size_ += count;
    std::size_t begin = 0;
    while (const void* const end = std::memchr(buffer_ + begin, '\n', size_ - begin)) {
      const std::size_t length = static_cast<std::size_t>(static_cast<const char*>(end) - buffer_) + 1 - begin;
      line_.assign(buffer_ + begin, length);  // a copy, as after a readLine()
      sendAll(socket_.get(), line_);
      begin += length;
    }
    size_ -= begin;
    if (size_ == sizeof buffer_) throw std::length_error("a line is longer than the buffer");
    std::memmove(buffer_, buffer_ + begin, size_);
    return true;
  }

 private:
  Descriptor socket_;
  std::string line_;
  std::size_t size_ = 0;
  char buffer_[8192];
};

class EpollServer {
 public:
  EpollServer() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), listener_(listenOnLoopback()) {
    watch(listener_.get(), nullptr);
  }

  int port() const { return portOf(listener_); }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = checked(::epoll_wait(epoll_.get(), events.data(), events.size(), -1), "epoll_wait");
      for (int i = 0; i < count; ++i) handle(static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
  }

 private:
  void watch(int descriptor, Connection* connection) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = connection;
    checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl");
  }

  void handle(Connection* connection) {
    if (connection == nullptr) return accept();
    try {
      if (connection->answer()) return;
    } catch (const std::system_error&) {  // the client is gone: its connection ends
    }
    connections_.erase(connection->descriptor());
  }

  void accept() {
    Descriptor client = acceptFrom(listener_);
    setNoDelay(client.get());
    const int descriptor = client.get();
    auto& connection = connections_[descriptor] = std::make_unique<Connection>(std::move(client));
    watch(descriptor, connection.get());
  }

  const Descriptor epoll_;
  const Descriptor listener_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace

void serveEpoll(Mode) {
  EpollServer server;
  announcePort(server.port());
  server.run();
}

}  // namespace bench
