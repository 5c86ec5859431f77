// SPDX-License-Identifier: MIT
//
// udp_upper_server: sends every datagram back with a to z in upper case, and all other bytes as they are.
#include "support/interrupt.hpp"
#include "support/loop_guard.hpp"
#include "support/program.hpp"
#include "support/upper_case.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace {

const example::Program kProgram{
    "udp_upper_server", {"port"}, "Sends every datagram back in upper case. The port is 12000 unless given.", {}};

constexpr std::size_t kMaxDatagram = 65535;

// Whether a question may come from this port. Not from port 0 (a forged datagram), nor from services that answer every
// datagram.
bool isClient(int port) {
  constexpr std::array<int, 5> kNoClients{0, 7 /* echo */, 13 /* daytime */, 17 /* quotes */, 19 /* chargen */};
  return std::find(kNoClients.begin(), kNoClients.end(), port) == kNoClients.end();
}

// An answer that cannot be sent (no route leads back) is lost, as any datagram may be, and the server goes on.
void answer(netlite::DatagramSocket& socket, const netlite::DatagramPacket& question, example::LoopGuard& guard) {
  const std::string text = example::upperCase(std::string(question.getData()));
  if (!isClient(question.getPort())) return;
  if (text == question.getData() && !guard.admits(question.getSocketAddress(), text)) return;
  try {
    socket.send(question.reply(text));
  } catch (const netlite::IOException& e) {
    if (!socket.isClosed()) example::printError(e.what());
  }
}

int serve(const example::Arguments& arguments) {
  netlite::DatagramSocket socket(arguments.portToListenOn(0, 12000));
  const int port = socket.getLocalPort();
  const example::Interrupt interrupt([&] { socket.close(); });
  example::printLine("listening on port " + std::to_string(port));

  example::LoopGuard guard;
  netlite::DatagramPacket question(kMaxDatagram);
  while (true) {
    socket.receive(question);  // an interrupt closes the socket, and the exception ends the program
    answer(socket, question, guard);
  }
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
