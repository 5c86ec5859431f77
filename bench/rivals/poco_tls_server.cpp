// SPDX-License-Identifier: MIT
//
// POCO's TCPServer on a SecureServerSocket.
// Thread-safety: each connection belongs to its thread.
#include "support/portion.hpp"
#include "support/tls_contenders.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketStream.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace bench {

namespace {

using Poco::Net::StreamSocket;

constexpr int kMaxThreads = 20000;

void echoLines(StreamSocket& socket) {
  Poco::Net::SocketStream stream(socket);
  for (std::string line; std::getline(stream, line);) stream << line << '\n' << std::flush;
}

void sendAll(StreamSocket& socket, const char* bytes, std::size_t size) {
  for (std::size_t sent = 0; sent < size;) {
    sent += static_cast<std::size_t>(socket.sendBytes(bytes + sent, static_cast<int>(size - sent)));
  }
}

void readPortions(StreamSocket& socket) {
  std::vector<char> block(kBlock);
  for (std::size_t left = kPortion;; left = kPortion) {
    while (left > 0) {
      const int count = socket.receiveBytes(block.data(), static_cast<int>(std::min(left, block.size())));
      if (count <= 0) return;
      left -= static_cast<std::size_t>(count);
    }
    sendAll(socket, "!", 1);
  }
}

void writePortions(StreamSocket& socket) {
  const std::string block(kBlock, 'x');
  for (char request = 0; socket.receiveBytes(&request, 1) == 1;) {
    for (std::size_t i = 0; i < kPortion / kBlock; ++i) sendAll(socket, block.data(), block.size());
  }
}

template <void (*serve)(StreamSocket&)>
class Connection : public Poco::Net::TCPServerConnection {
 public:
  using TCPServerConnection::TCPServerConnection;

  void run() override {
    try {
      socket().setNoDelay(true);
      serve(socket());
    } catch (const Poco::Exception&) {  // the client is gone: its connection ends
    }
  }
};

template <void (*serve)(StreamSocket&)>
Poco::Net::TCPServerConnectionFactory::Ptr factory() {
  return new Poco::Net::TCPServerConnectionFactoryImpl<Connection<serve>>;
}

Poco::Net::TCPServerConnectionFactory::Ptr factoryFor(Mode mode) {
  if (mode == Mode::flush) return factory<echoLines>();
  return mode == Mode::read ? factory<readPortions>() : factory<writePortions>();
}

Poco::Net::Context::Ptr serversContext() {
  using Poco::Net::Context;
  Context::Ptr context = new Context(Context::TLS_SERVER_USE, keyFile(), certificateFile(), "", Context::VERIFY_NONE);
  context->enableSessionCache(true, "bench");
  return context;
}

}  // namespace

void servePocoTls(Mode mode) {
  Poco::Net::initializeSSL();
  Poco::ThreadPool threads(2, kMaxThreads);
  Poco::Net::TCPServerParams::Ptr parameters = new Poco::Net::TCPServerParams;
  parameters->setMaxThreads(kMaxThreads);
  parameters->setMaxQueued(kMaxThreads);
  Poco::Net::SecureServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0), SOMAXCONN, serversContext());
  Poco::Net::TCPServer server(factoryFor(mode), threads, listener, parameters);
  server.start();
  announcePort(server.port());
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace bench
