// SPDX-License-Identifier: MIT
//
// udp_upper_server: every datagram comes back with a to z in upper case, and all other bytes as they are.
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/upper_case.hpp"

#include <netlite/netlite.hpp>

#include <cstddef>
#include <string>

namespace {

const example::Program kProgram{
    "udp_upper_server", {"port"}, "Sends every datagram back in upper case. The port is 12000 unless given.", {}};

constexpr std::size_t kLongestDatagram = 65535;

// An answer that cannot be sent (the way back is gone) is lost as any datagram may be: the server goes on.
void answer(netlite::DatagramSocket& socket, const netlite::DatagramPacket& request) {
  try {
    const std::string text = example::upperCase(std::string(request.getData()));
    socket.send(netlite::DatagramPacket(text, request.getSocketAddress()));
  } catch (const netlite::IOException& e) {
    if (!socket.isClosed()) example::printError(e.what());
  }
}

int serve(const example::Arguments& arguments) {
  netlite::DatagramSocket socket(arguments.portToListenOn(0, 12000));
  const int port = socket.getLocalPort();
  const example::Interrupt interrupt([&] { socket.close(); });
  example::printLine("listening on port " + std::to_string(port));

  netlite::DatagramPacket request(kLongestDatagram);
  while (true) {
    socket.receive(request);  // an interrupt ends it with an exception, and so the program
    answer(socket, request);
  }
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, serve); }
