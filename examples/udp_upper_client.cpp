// SPDX-License-Identifier: MIT
//
// udp_upper_client: sends each line of the input as a datagram and prints the answer. Datagrams get lost, so it sends a
// line again if no answer comes in time.
#include "support/answers.hpp"
#include "support/console.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxDatagram = 65535;

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

// The addresses of the server: all that its name has, until one of them has answered.
using Addresses = std::vector<netlite::InetSocketAddress>;

Addresses addressesOf(const std::string& host, int port) {
  Addresses addresses;
  for (const netlite::InetAddress& address : netlite::InetAddress::getAllByName(host)) {
    addresses.emplace_back(address, port);
  }
  return addresses;
}

void send(netlite::DatagramSocket& socket, const netlite::DatagramPacket& packet) {
  try {
    socket.send(packet);
  } catch (const netlite::PortUnreachableException&) {
    socket.send(packet);  // the error was about an earlier datagram
  }
}

// Sends the lines one after the other. It never takes the answer to one line for that to another: each line has its own
// socket, so a late duplicate goes to the port of an earlier line. A duplicate that a server sends to the new port
// nevertheless is recognized as the answer to an earlier line.
class Questioner {
 public:
  Questioner(Addresses servers, const Patience& patience) : servers_(std::move(servers)), patience_(patience) {}

  std::string ask(const std::string& line) {
    netlite::DatagramSocket socket;
    if (servers_.size() == 1) socket.connect(servers_.front());  // the system drops datagrams from other addresses
    doubtful_.reset();
    for (int i = 0; i < patience_.tries; ++i) {
      sendToAll(socket, line);
      const std::optional<std::string> answer = receive(socket, line, Clock::now() + patience_.timeout);
      if (!answer) continue;
      answers_.note(line, *answer);
      keepOpen(std::move(socket));
      return *answer;
    }
    throw std::runtime_error("no answer from " + serverNames() + " after " + std::to_string(patience_.tries) +
                             (patience_.tries == 1 ? " try" : " tries"));
  }

 private:
  std::string serverNames() const {
    std::string names;
    for (const netlite::InetSocketAddress& server : servers_) names += (names.empty() ? "" : ", ") + server.toString();
    return names;
  }

  // An address that cannot be reached is an error only if none can be reached.
  void sendToAll(netlite::DatagramSocket& socket, const std::string& line) const {
    std::exception_ptr failure;
    std::size_t failures = 0;
    for (const netlite::InetSocketAddress& server : servers_) {
      try {
        send(socket, netlite::DatagramPacket(line, server));
      } catch (const netlite::IOException&) {
        if (++failures == 1) failure = std::current_exception();
      }
    }
    if (failures == servers_.size()) std::rethrow_exception(failure);
  }

  // Waits for the answer to `line` until the deadline, and skips everything else.
  std::optional<std::string> receive(netlite::DatagramSocket& socket, const std::string& line,
                                     Clock::time_point deadline) {
    const std::optional<std::string> doubtfulBefore = doubtful_;
    netlite::DatagramPacket packet(kMaxDatagram);
    try {
      for (auto left = deadline - Clock::now(); left > Clock::duration::zero(); left = deadline - Clock::now()) {
        socket.setSoTimeout(std::chrono::ceil<std::chrono::milliseconds>(left));
        socket.receive(packet);
        if (!acceptSender(socket, packet.getSocketAddress())) continue;
        const std::string text(packet.getData());
        const example::Match match = answers_.match(line, text);
        if (match == example::Match::doubtful) doubtful_ = text;
        if (match == example::Match::answer || text == doubtfulBefore) return text;  // a duplicate comes only once
      }
    } catch (const netlite::SocketTimeoutException&) {
      // There may be a next try.
    } catch (const netlite::PortUnreachableException&) {
      std::this_thread::sleep_until(deadline);  // no server is there, but one may be at the next try
    }
    return std::nullopt;
  }

  // Returns false if the sender is not the server. From now on only the address that answers first is used.
  bool acceptSender(const netlite::DatagramSocket& socket, const netlite::InetSocketAddress& sender) {
    if (socket.isConnected()) return true;
    const auto server = std::find(servers_.begin(), servers_.end(), sender);
    if (server == servers_.end()) return false;
    servers_ = {*server};  // not `sender`, which has no host name
    return true;
  }

  // Keeps the port from being used for a later line while a duplicate may still arrive there.
  void keepOpen(netlite::DatagramSocket socket) {
    constexpr std::size_t kMaxOpen = 16;
    answered_.push_back(std::move(socket));
    if (answered_.size() > kMaxOpen) answered_.pop_front();
  }

  Addresses servers_;
  const Patience patience_;
  example::Answers answers_;
  std::optional<std::string> doubtful_;  // for the current line
  std::deque<netlite::DatagramSocket> answered_;
};

int talk(const example::Arguments& arguments) {
  const example::Interrupt interrupt(example::endImmediately);  // there is no connection to end and no line to flush
  const Patience patience{std::chrono::milliseconds(arguments.number("--timeout", 1000, 1, 3600 * 1000)),
                          arguments.number("--tries", 3, 1, 1000)};
  Questioner questioner(addressesOf(arguments.text(0, "localhost"), arguments.portToReach(1, 12000)), patience);
  example::Console console;
  while (const std::optional<std::string> line = console.readLine()) console.print(questioner.ask(*line));
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return example::runProgram(kProgram, argc, argv, talk); }
