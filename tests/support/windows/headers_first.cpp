// SPDX-License-Identifier: MIT
//
// A user's file that includes the complete Windows headers first; see windows_headers_test.cpp.
#include <winsock2.h>
// After winsock2.h, or it would include the old winsock.h.
#include <windows.h>

#include <netlite/netlite.hpp>

#include <string>

namespace netlite::test {

std::string conversationAfterWindowsHeaders() {
  ServerSocket server(0, 0, InetAddress::getLoopbackAddress());
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket accepted = server.accept();
  PrintWriter out(client.getOutputStream(), true);
  out.println("hello");
  BufferedReader in(accepted.getInputStream());
  return in.readLine().value_or("");
}

}  // namespace netlite::test
