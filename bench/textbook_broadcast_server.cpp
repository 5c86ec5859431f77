// SPDX-License-Identifier: MIT
//
// The textbooks' broadcast server, the rival of examples/broadcast_server.cpp: one list of writers, and the thread that
// reads a client's line prints and flushes it to every client before it reads the next. A client that stops reading
// blocks all others; this server is only for measurements.
//
//   textbook_broadcast_server      prints "listening on port N" and runs until a signal ends it
#include <netlite/netlite.hpp>

#include <iostream>
#include <list>
#include <mutex>
#include <string>

namespace {

std::mutex writers_mutex;
std::list<netlite::PrintWriter> writers;  // guarded by writers_mutex

void relay(const std::string& line) {
  std::lock_guard<std::mutex> lock(writers_mutex);
  for (netlite::PrintWriter& writer : writers) {
    writer.println(line);
    writer.flush();
  }
}

void serve(netlite::Socket& client) {
  netlite::BufferedReader in(client.getInputStream());
  {
    std::lock_guard<std::mutex> lock(writers_mutex);
    writers.emplace_back(client.getOutputStream());
  }
  std::string line;
  while (in.readLine(line)) relay(line);
}

}  // namespace

int main() {
  netlite::TcpServer server(netlite::ServerSocket(0), serve);
  std::cout << "listening on port " << server.getLocalPort() << std::endl;
  server.run();
}
