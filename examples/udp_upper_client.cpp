// SPDX-License-Identifier: MIT
//
// udp_upper_client: sends each line of the input as a datagram and prints the answer. Datagrams get lost, so it waits
// for a while only and then sends again.
#include "support/console.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/upper_case.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestDatagram = 65535;

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

// Waits for `wanted` until the deadline, and for nothing else.
std::optional<std::string> receive(netlite::DatagramSocket& socket, const std::string& wanted,
                                   Clock::time_point deadline) {
  netlite::DatagramPacket answer(kLongestDatagram);
  try {
    for (auto left = deadline - Clock::now(); left > Clock::duration::zero(); left = deadline - Clock::now()) {
      socket.setSoTimeout(std::chrono::ceil<std::chrono::milliseconds>(left));
      socket.receive(answer);
      if (answer.getData() == wanted) return std::string(answer.getData());
    }
  } catch (const netlite::SocketTimeoutException&) {
    // There may be a next try.
  } catch (const netlite::PortUnreachableException&) {
    std::this_thread::sleep_until(deadline);  // nobody is there, but somebody may be at the next try
  }
  return std::nullopt;
}

// The answer to this line and to no other: the socket is connected, so strangers do not reach it; it is a new one for
// each line, so what comes late goes to a port where nobody is any more; and what comes has to be the answer.
std::string ask(const netlite::InetSocketAddress& server, const std::string& line, const Patience& patience) {
  netlite::DatagramSocket socket;
  socket.connect(server);
  for (int i = 0; i < patience.tries; ++i) {
    send(socket, netlite::DatagramPacket(line, server));
    const auto answer = receive(socket, example::upperCase(line), Clock::now() + patience.timeout);
    if (answer) return *answer;
  }
  throw std::runtime_error("no answer from " + server.toString() + " after " + std::to_string(patience.tries) +
                           (patience.tries == 1 ? " try" : " tries"));
}

int talk(const example::Arguments& arguments) {
  const example::Interrupt interrupt(example::endAtOnce);  // no connection has to be ended, no line is held back
  const netlite::InetSocketAddress server(arguments.text(0, "localhost"), arguments.portToReach(1, 12000));
  const Patience patience{std::chrono::milliseconds(arguments.number("--timeout", 1000, 1, 3600 * 1000)),
                          arguments.number("--tries", 3, 1, 1000)};
  example::Console console;
  while (const std::optional<std::string> line = console.readLine()) console.print(ask(server, *line, patience));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
