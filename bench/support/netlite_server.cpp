// SPDX-License-Identifier: MIT
//
// netlite, used as in its README.
// Thread-safety: each connection belongs to its thread.
#include "contenders.hpp"

#include <netlite/netlite.hpp>

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

netlite::TcpServer::Handler handlerOf(Mode mode) {
  if (mode == Mode::flush) return echoLines;
  return mode == Mode::tied ? echoLinesTogether : countLines;
}

}  // namespace

void serveNetlite(Mode mode) {
  netlite::TcpServer server(netlite::ServerSocket(0, 0, netlite::InetAddress::getLoopbackAddress()), handlerOf(mode));
  announcePort(server.getLocalPort());
  server.run();
}

}  // namespace bench
