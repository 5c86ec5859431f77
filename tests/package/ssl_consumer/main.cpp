// SPDX-License-Identifier: MIT
//
// A user's program that speaks TLS: a server without a certificate refuses every client, which needs no file.
#include <netlite/netlite.hpp>
#include <netlite/ssl.hpp>

#include <iostream>
#include <thread>

int main() {
  netlite::SSLContext context;
  netlite::ServerSocket server = context.createServerSocket(0, 0, netlite::InetAddress::getLoopbackAddress());
  std::thread client([&] {
    try {
      netlite::SSLContext().createSocket("localhost", server.getLocalPort());
    } catch (const netlite::SSLHandshakeException&) {
    }
  });
  netlite::Socket accepted = server.accept();
  std::string reason;
  try {
    accepted.getInputStream().read();
  } catch (const netlite::SSLHandshakeException& e) {
    reason = e.what();
  }
  client.join();
  std::cout << reason << '\n';
  return reason.find("no certificate loaded") == std::string::npos ? 1 : 0;
}
