// SPDX-License-Identifier: MIT
//
// The broadcast server with Asio's asynchronous calls, as in its example chat_server, but with batched writers: lines
// that arrive together are relayed together, and all that is queued for a client leaves in one async_write.
// Thread-safety: the one thread of the io_context serves all clients.
//
//   asio_broadcast_server      prints "listening on port N" and runs until a signal ends it
#include <asio.hpp>

#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using asio::ip::tcp;
using Text = std::shared_ptr<const std::string>;

class Client;
using Room = std::set<std::shared_ptr<Client>>;

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(tcp::socket socket, Room& room) : socket_(std::move(socket)), room_(room) {}

  void join() {
    room_.insert(shared_from_this());
    read();
  }

 private:
  void read() {
    asio::async_read_until(socket_, asio::dynamic_buffer(input_), '\n',
                           [self = shared_from_this()](asio::error_code error, std::size_t) {
                             if (error) return void(self->room_.erase(self));
                             self->relay();
                             self->read();
                           });
  }

  void relay() {
    const std::size_t end = input_.rfind('\n') + 1;
    const auto text = std::make_shared<const std::string>(input_, 0, end);
    input_.erase(0, end);
    for (const auto& client : room_) client->deliver(text);
  }

  void deliver(const Text& text) {
    queued_.push_back(text);
    if (sending_.empty()) write();
  }

  void write() {
    sending_.swap(queued_);
    std::vector<asio::const_buffer> buffers;
    for (const Text& text : sending_) buffers.push_back(asio::buffer(*text));
    asio::async_write(socket_, buffers, [self = shared_from_this()](asio::error_code error, std::size_t) {
      self->sending_.clear();
      if (error) return void(self->room_.erase(self));
      if (!self->queued_.empty()) self->write();
    });
  }

  tcp::socket socket_;
  Room& room_;
  std::string input_;
  std::vector<Text> queued_;
  std::vector<Text> sending_;
};

void accept(tcp::acceptor& acceptor, Room& room) {
  acceptor.async_accept([&](asio::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Client>(std::move(socket), room)->join();
    }
    accept(acceptor, room);
  });
}

}  // namespace

int main() {
  asio::io_context context(1);
  Room room;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  std::cout << "listening on port " << acceptor.local_endpoint().port() << std::endl;
  accept(acceptor, room);
  context.run();
}
