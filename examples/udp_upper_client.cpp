// SPDX-License-Identifier: MIT
//
// udp_upper_client: sends each line of the input as a datagram and prints the answer. Datagrams get lost, so it waits
// for a while only and then sends again.
#include "support/console.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

const example::Program kProgram{
    "udp_upper_client",
    {"host", "port"},
    "Sends lines to a udp_upper_server (localhost 12000 unless given) and prints the answers.",
    {{"--timeout", "MS", "how long to wait for an answer before trying again, 1000 milliseconds unless given"},
     {"--tries", "N", "how often to send a line before giving up, 3 unless given"}}};

struct Patience {
  std::chrono::milliseconds timeout;
  int tries;
};

void send(netlite::DatagramSocket& socket, const netlite::DatagramPacket& packet) {
  try {
    socket.send(packet);
  } catch (const netlite::PortUnreachableException&) {
    socket.send(packet);  // that was about the one before
  }
}

// False if none came in time.
bool receive(netlite::DatagramSocket& socket, netlite::DatagramPacket& answer, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  try {
    socket.setSoTimeout(timeout);
    socket.receive(answer);
    return true;
  } catch (const netlite::SocketTimeoutException&) {
    return false;
  } catch (const netlite::PortUnreachableException&) {
    std::this_thread::sleep_until(deadline);  // the server may be there at the next try
    return false;
  }
}

// Each line has a socket of its own: a late second answer goes to a port where nobody is any more, and cannot be taken
// for the answer to the next line. The socket is connected, so answers of strangers do not reach it.
std::string ask(const netlite::InetSocketAddress& server, const std::string& line, const Patience& patience) {
  netlite::DatagramSocket socket;
  socket.connect(server);
  netlite::DatagramPacket answer(65535);
  for (int i = 0; i < patience.tries; ++i) {
    send(socket, netlite::DatagramPacket(line, server));
    if (receive(socket, answer, patience.timeout)) return std::string(answer.getData());
  }
  throw std::runtime_error("no answer from " + server.toString() + " after " + std::to_string(patience.tries) +
                           (patience.tries == 1 ? " try" : " tries"));
}

int talk(const example::Arguments& arguments) {
  const example::Interrupt interrupt([] { std::_Exit(0); });  // no connection has to be ended, no line is held back
  const netlite::InetSocketAddress server(arguments.text(0, "localhost"), arguments.portToReach(1, 12000));
  const Patience patience{std::chrono::milliseconds(arguments.number("--timeout", 1000, 1, 3600 * 1000)),
                          arguments.number("--tries", 3, 1, 1000)};
  example::Console console;
  while (const std::optional<std::string> line = console.readLine()) console.print(ask(server, *line, patience));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
