// SPDX-License-Identifier: MIT
//
// The program that idle_memory_test.cpp runs. Prints how many bytes of memory an idle connection of an echo server on
// virtual threads takes, or -1 if the process may not open enough descriptors.
#include <netlite/netlite.hpp>
#include <netlite/thread.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using namespace netlite;

constexpr int kFirst = 1000;  // for which the server allocates what many connections share
constexpr int kCounted = 4000;
constexpr rlim_t kOtherDescriptors = 100;

void echo(Socket& client) {
  BufferedReader in(client.getInputStream());
  PrintWriter out(client.getOutputStream());
  in.tie(out);
  std::string line;
  while (in.readLine(line)) out.println(line);
}

bool allowDescriptors(rlim_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur >= count;
}

// Connections of clients that take no memory of this process. They stay open until the process ends.
void connectAndExchangeALine(int count, int port) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string line = std::string(31, 'x') + '\n';
  char answer[32];
  for (int i = 0; i < count; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    const bool hasAnswer = ::connect(client, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0 &&
                           ::send(client, line.data(), line.size(), 0) == 32 &&
                           ::recv(client, answer, sizeof answer, MSG_WAITALL) == 32;
    if (!hasAnswer) std::exit(1);
  }
}

long residentBytes() {
  Thread::sleep(std::chrono::milliseconds(200));  // until all connections are idle
  long pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

int main() {
  if (!allowDescriptors(2 * (kFirst + kCounted) + kOtherDescriptors)) {
    std::cout << -1 << '\n';
    return 0;
  }
  TcpServer::Options options;
  options.virtualThreads = true;
  TcpServer server(ServerSocket(0), echo, options);
  server.start();
  connectAndExchangeALine(kFirst, server.getLocalPort());
  const long before = residentBytes();
  connectAndExchangeALine(kCounted, server.getLocalPort());
  std::cout << (residentBytes() - before) / kCounted << std::endl;
  ::_exit(0);  // without ending the connections one by one
}
