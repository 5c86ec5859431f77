// SPDX-License-Identifier: MIT
//
// netlite, used as in its README.
// Thread-safety: each connection belongs to its thread.
#include "netlite_handlers.hpp"
#include "portion.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bench {

namespace {

void echoLines(netlite::Socket& client) {
  netlite::BufferedReader in(client.getInputStream());
  netlite::PrintWriter out(client.getOutputStream());
  std::string line;
  while (in.readLine(line)) {
    out.println(line);
    out.flush();
  }
}

void echoLinesTogether(netlite::Socket& client) {
  netlite::BufferedReader in(client.getInputStream());
  netlite::PrintWriter out(client.getOutputStream());
  in.tie(out);
  std::string line;
  while (in.readLine(line)) out.println(line);
}

void countLines(netlite::Socket& client) {
  netlite::BufferedReader in(client.getInputStream());
  netlite::PrintWriter out(client.getOutputStream());
  std::size_t count = 0;
  std::string line;
  while (in.readLine(line)) ++count;
  out.println(count);
}

void readPortions(netlite::Socket& client) {
  netlite::SocketInputStream in = client.getInputStream();
  netlite::SocketOutputStream out = client.getOutputStream();
  std::vector<char> block(kBlock);
  for (std::size_t left = kPortion;; left = kPortion) {
    while (left > 0) {
      const std::size_t count = in.read(block.data(), std::min(left, block.size()));
      if (count == 0) return;
      left -= count;
    }
    out.write("!");
  }
}

void writePortions(netlite::Socket& client) {
  netlite::SocketInputStream in = client.getInputStream();
  netlite::SocketOutputStream out = client.getOutputStream();
  const std::string block(kBlock, 'x');
  while (in.read() >= 0) {
    for (std::size_t i = 0; i < kPortion / kBlock; ++i) out.write(block);
  }
}

netlite::ServerSocket plainListener() { return {0, 0, netlite::InetAddress::getLoopbackAddress()}; }

}  // namespace

netlite::TcpServer::Handler handlerOf(Mode mode) {
  switch (mode) {
    case Mode::flush: return echoLines;
    case Mode::tied: return echoLinesTogether;
    case Mode::count: return countLines;
    case Mode::read: return readPortions;
    case Mode::write: return writePortions;
  }
  return {};
}

void serveNetlite(netlite::ServerSocket listener, Mode mode, bool virtualThreads) {
  netlite::TcpServer::Options options;
  options.virtualThreads = virtualThreads;
  netlite::TcpServer server(std::move(listener), handlerOf(mode), options);
  announcePort(server.getLocalPort());
  server.run();
}

void serveNetlite(Mode mode) { serveNetlite(plainListener(), mode, false); }
void serveVirtual(Mode mode) { serveNetlite(plainListener(), mode, true); }

void serveNetliteOn(const std::string& name) {
  const auto address = netlite::UnixDomainSocketAddress::abstractName(name);
  netlite::TcpServer server(netlite::ServerSocket(address), handlerOf(Mode::flush));
  announcePort(0);
  server.run();
}

}  // namespace bench
