// SPDX-License-Identifier: MIT
//
// chat_server: waits for one chat_client (or any other program that speaks in lines) and chats with it.
#include "support/chat.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <string>

namespace {

const example::Program kProgram{
    "chat_server",
    {"port"},
    "Waits for one client and chats with it: lines go both ways at any time, and quit on a\n"
    "line of its own (or the end of the input) ends both sides. The port is 8000 unless "
    "given.",
    {}};

netlite::Socket acceptOne(int port) {
  netlite::ServerSocket server(port);
  const example::Interrupt interrupt([&] { server.close(); });
  example::printLine("listening on port " + std::to_string(server.getLocalPort()));
  netlite::Socket client = server.accept();
  server.close();  // a second client is refused
  example::printLine(client.getInetAddress().getHostAddress() + " connected");
  return client;
}

int serve(const example::Arguments& arguments) {
  netlite::Socket client = acceptOne(arguments.portToListenOn(0, 8000));
  return example::chat(client);
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
