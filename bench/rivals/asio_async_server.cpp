// SPDX-License-Identifier: MIT
//
// Asio's asynchronous calls in one thread, as in its example async_tcp_echo_server: async_read_until and async_write.
// Thread-safety: the one thread of the io_context serves all connections.
#include "support/contenders.hpp"

#include <asio.hpp>

#include <istream>
#include <memory>
#include <string>
#include <utility>

namespace bench {

namespace {

using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    asio::async_read_until(socket_, buffer_, '\n', [self = shared_from_this()](asio::error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

 private:
  void write() {
    std::getline(stream_, line_);
    line_ += '\n';
    asio::async_write(socket_, asio::buffer(line_), [self = shared_from_this()](asio::error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  asio::streambuf buffer_;
  std::istream stream_{&buffer_};
  std::string line_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](asio::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Session>(std::move(socket))->read();
    }
    accept(acceptor);
  });
}

}  // namespace

void serveAsioAsync(Mode) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  announcePort(acceptor.local_endpoint().port());
  accept(acceptor);
  context.run();
}

}  // namespace bench
