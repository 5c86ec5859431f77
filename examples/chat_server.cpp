// SPDX-License-Identifier: MIT
//
// chat_server: waits for one chat_client (or any other program that speaks in lines) and chats with it.
#include "support/chat.hpp"
#include "support/client_threads.hpp"
#include "support/endpoint.hpp"
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
    {{example::kVirtualOption.name, "", "receive from the client in a virtual thread"},
     example::kUnixOption,
     example::kCertificateOption,
     example::kKeyOption}};

std::string hostOf(const netlite::Socket& client) {
  return client.isUnixDomain() ? example::peerName(client) : client.getInetAddress().getHostAddress();
}

netlite::Socket acceptOne(netlite::ServerSocket server) {
  const example::Interrupt interrupt([&] { server.close(); });
  example::printLine(example::greetingOf(server));
  netlite::Socket client = server.accept();
  server.close();  // a second client is refused
  example::printLine(hostOf(client) + " connected");
  return client;
}

int serve(const example::Arguments& arguments) {
  netlite::Socket client = acceptOne(example::listenOn(arguments, 8000));
  return example::chat(client, example::clientThreads(example::usesVirtualThreads(arguments)));
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
