// SPDX-License-Identifier: MIT
//
// Sends a line over loopback, on one thread since the system's buffers hold it.
#include <netlite/netlite.hpp>

#include <iostream>

int main() {
  netlite::ServerSocket server(0, 1, netlite::InetAddress::getLoopbackAddress());
  netlite::Socket client(netlite::InetAddress::getLoopbackAddress(), server.getLocalPort());
  netlite::Socket accepted = server.accept();
  netlite::PrintWriter out(client.getOutputStream(), true);
  netlite::BufferedReader in(accepted.getInputStream());
  out.println("hello");
  const bool arrived = in.readLine() == "hello";
  std::cout << (arrived ? "arrived" : "lost") << " with netlite " << NETLITE_VERSION << '\n';
  return arrived ? 0 : 1;
}
