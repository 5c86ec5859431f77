// SPDX-License-Identifier: MIT
//
// echo_server: sends every line back to the client that it came from. Each client has its own thread.
#include "support/client_threads.hpp"
#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace {

const example::Program kProgram{
    "echo_server",
    {"port"},
    "Sends every line back. The port is 3000 unless given.",
    {example::kVirtualOption, example::kUnixOption, example::kCertificateOption, example::kKeyOption}};

// Runs in the client's own thread. What it throws (a reset) ends this client alone.
void echo(netlite::Socket& client) {
  netlite::BufferedReader in(client.getInputStream());
  netlite::PrintWriter out(client.getOutputStream());
  in.tie(out);  // answers leave whenever the server would wait for more, so many lines cost few system calls
  try {
    std::string line;
    while (in.readLine(line)) out.println(line);
  } catch (const netlite::LineTooLongException& e) {
    example::printError("dropped " + example::peerName(client) + ": " + e.what());
    out.flush();  // so that the answers so far arrive
    example::endConversation(client);
  }
}

int serve(const example::Arguments& arguments) {
  netlite::ServerSocket listener = example::listenOn(arguments, 3000);
  const std::string greeting = example::greetingOf(listener);
  netlite::TcpServer server(std::move(listener), echo, example::serverOptions(example::usesVirtualThreads(arguments)));

  const example::Interrupt interrupt([&] { server.stop(std::chrono::milliseconds(0)); });
  example::printLine(greeting);
  server.run();  // until stop()
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
