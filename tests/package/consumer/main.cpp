// SPDX-License-Identifier: MIT
//
// Sends a line over loopback, on one thread since the system's buffers hold it, and catches an exception that the
// library throws.
#include <netlite/netlite.hpp>

#include <functional>
#include <iostream>
#include <string>

#include "other.hpp"

namespace {

bool lineArrives() {
  netlite::ServerSocket server(0, 1, netlite::InetAddress::getLoopbackAddress());
  netlite::Socket client(netlite::InetAddress::getLoopbackAddress(), server.getLocalPort());
  netlite::Socket accepted = server.accept();
  netlite::PrintWriter out(client.getOutputStream(), true);
  netlite::BufferedReader in(accepted.getInputStream());
  out.println("안녕, netlite");
  const bool same_address = addressOf(client) == netlite::InetAddress::getLoopbackAddress().getHostAddress();
  client.close();
  return same_address && in.readLine() == "안녕, netlite" && !in.readLine();
}

bool exceptionIsCaught() {
  try {
    netlite::InetAddress::getByName("not a name");
    return false;
  } catch (const netlite::UnknownHostException&) {
    return true;
  }
}

bool sourcesAgree() {
  const netlite::InetAddress address = netlite::InetAddress::getLoopbackAddress();
  return hashOf(address) == std::hash<netlite::InetAddress>()(address);
}

}  // namespace

int main() {
  try {
    const bool good = lineArrives() && exceptionIsCaught() && sourcesAgree();
    std::cout << (good ? "arrived" : "lost") << " with netlite " << NETLITE_VERSION << '\n';
    return good ? 0 : 1;
  } catch (const netlite::IOException& exception) {
    std::cerr << exception.what() << '\n';
    return 1;
  }
}
