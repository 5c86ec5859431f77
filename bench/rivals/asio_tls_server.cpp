// SPDX-License-Identifier: MIT
//
// Asio's blocking ssl::stream as in its documentation.
// Thread-safety: each connection belongs to its thread.
#include "support/portion.hpp"
#include "support/tls_contenders.hpp"

#include <asio.hpp>
#include <asio/ssl.hpp>

#include <algorithm>
#include <istream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

namespace {

using asio::ip::tcp;
using Stream = asio::ssl::stream<tcp::socket>;

void echoLines(Stream& stream) {
  asio::streambuf buffer;
  std::istream in(&buffer);
  std::string line;
  asio::error_code error;
  while (asio::read_until(stream, buffer, '\n', error) > 0 && !error && std::getline(in, line)) {
    line += '\n';
    asio::write(stream, asio::buffer(line));
  }
}

void readPortions(Stream& stream) {
  std::vector<char> block(kBlock);
  for (std::size_t left = kPortion;; left = kPortion) {
    while (left > 0) left -= stream.read_some(asio::buffer(block.data(), std::min(left, block.size())));
    asio::write(stream, asio::buffer("!", 1));
  }
}

void writePortions(Stream& stream) {
  const std::string block(kBlock, 'x');
  for (char request = 0; stream.read_some(asio::buffer(&request, 1)) == 1;) {
    for (std::size_t i = 0; i < kPortion / kBlock; ++i) asio::write(stream, asio::buffer(block));
  }
}

void serve(Stream& stream, Mode mode) {
  try {
    stream.handshake(Stream::server);
    if (mode == Mode::flush) echoLines(stream);
    if (mode == Mode::read) readPortions(stream);
    if (mode == Mode::write) writePortions(stream);
    asio::error_code ignored;
    stream.shutdown(ignored);
  } catch (const std::system_error&) {  // the client is gone: its connection ends
  }
}

}  // namespace

void serveAsioTls(Mode mode) {
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file(certificateFile());
  tls.use_private_key_file(keyFile(), asio::ssl::context::pem);
  asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  announcePort(acceptor.local_endpoint().port());
  for (;;) {
    tcp::socket socket = acceptor.accept();
    socket.set_option(tcp::no_delay(true));
    Stream stream(std::move(socket), tls);
    std::thread([stream = std::move(stream), mode]() mutable { serve(stream, mode); }).detach();
  }
}

}  // namespace bench
