// SPDX-License-Identifier: MIT
//
// POCO's TCPServer with a SocketStream for each connection.
// Thread-safety: each connection belongs to its thread.
#include "support/contenders.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketStream.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/ThreadPool.h>

#include <istream>
#include <ostream>
#include <string>
#include <thread>

namespace bench {

namespace {

using Poco::Net::SocketStream;

constexpr int kMaxThreads = 20000;

void echoLines(SocketStream& stream) {
  for (std::string line; std::getline(stream, line);) stream << line << '\n' << std::flush;
}

void echoLinesTogether(SocketStream& stream) {
  for (std::string line; std::getline(stream, line);) {
    stream << line << '\n';
    if (stream.rdbuf()->in_avail() == 0) stream.flush();
  }
}

void countLines(SocketStream& stream) {
  std::size_t count = 0;
  for (std::string line; std::getline(stream, line);) ++count;
  stream.clear();
  stream << count << '\n' << std::flush;
}

template <void (*serve)(SocketStream&)>
class Connection : public Poco::Net::TCPServerConnection {
 public:
  using TCPServerConnection::TCPServerConnection;

  void run() override {
    try {
      socket().setNoDelay(true);
      SocketStream stream(socket());
      serve(stream);
    } catch (const Poco::Exception&) {  // the client is gone: its connection ends
    }
  }
};

template <void (*serve)(SocketStream&)>
Poco::Net::TCPServerConnectionFactory::Ptr factory() {
  return new Poco::Net::TCPServerConnectionFactoryImpl<Connection<serve>>;
}

Poco::Net::TCPServerConnectionFactory::Ptr factoryFor(Mode mode) {
  if (mode == Mode::flush) return factory<echoLines>();
  return mode == Mode::tied ? factory<echoLinesTogether>() : factory<countLines>();
}

}  // namespace

void servePoco(Mode mode) {
  Poco::ThreadPool threads(2, kMaxThreads);
  Poco::Net::TCPServerParams::Ptr parameters = new Poco::Net::TCPServerParams;
  parameters->setMaxThreads(kMaxThreads);
  parameters->setMaxQueued(kMaxThreads);
  Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0), SOMAXCONN);
  Poco::Net::TCPServer server(factoryFor(mode), threads, listener, parameters);
  server.start();
  announcePort(server.port());
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace bench
