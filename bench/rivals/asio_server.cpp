// SPDX-License-Identifier: MIT
//
// Asio's blocking sockets as in its tutorials: read_until into a streambuf, then std::getline from it.
// Thread-safety: each connection belongs to its thread.
#include "support/contenders.hpp"

#include <asio.hpp>

#include <cstring>
#include <istream>
#include <string>
#include <thread>
#include <utility>

namespace bench {

namespace {

using asio::ip::tcp;

class LineReader {
 public:
  explicit LineReader(tcp::socket& socket) : socket_(socket) {}

  bool readLine(std::string& line) {
    asio::error_code error;
    asio::read_until(socket_, buffer_, '\n', error);
    return !error && std::getline(stream_, line);
  }

  bool hasLine() const {
    const auto bytes = buffer_.data();
    return std::memchr(bytes.data(), '\n', bytes.size()) != nullptr;
  }

 private:
  tcp::socket& socket_;
  asio::streambuf buffer_;
  std::istream stream_{&buffer_};
};

void echoLines(tcp::socket& socket) {
  LineReader in(socket);
  std::string line;
  while (in.readLine(line)) {
    line += '\n';
    asio::write(socket, asio::buffer(line));
  }
}

void echoLinesTogether(tcp::socket& socket) {
  LineReader in(socket);
  std::string line;
  std::string answers;
  while (in.readLine(line)) {
    answers += line;
    answers += '\n';
    if (in.hasLine()) continue;
    asio::write(socket, asio::buffer(answers));
    answers.clear();
  }
}

void countLines(tcp::socket& socket) {
  LineReader in(socket);
  std::size_t count = 0;
  std::string line;
  while (in.readLine(line)) ++count;
  asio::write(socket, asio::buffer(std::to_string(count) + "\n"));
}

void serve(tcp::socket& socket, Mode mode) {
  try {
    if (mode == Mode::flush) echoLines(socket);
    if (mode == Mode::tied) echoLinesTogether(socket);
    if (mode == Mode::count) countLines(socket);
  } catch (const std::system_error&) {  // the client is gone: its connection ends
  }
}

}  // namespace

void serveAsio(Mode mode) {
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  announcePort(acceptor.local_endpoint().port());
  for (;;) {
    tcp::socket socket = acceptor.accept();
    socket.set_option(tcp::no_delay(true));
    std::thread([socket = std::move(socket), mode]() mutable { serve(socket, mode); }).detach();
  }
}

}  // namespace bench
