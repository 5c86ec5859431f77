// SPDX-License-Identifier: MIT
//
// The example programs, and peers for them that the test itself plays.
// Thread-safety: as Process; a Peer as its socket, reader and writer.
#pragma once

#include "support/loopback.hpp"
#include "support/process.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {

/// What people write to each other.
inline const std::vector<std::string> kTypedLines{"hello", "", "안녕하세요, 소켓!", "이모지도 🙂", "bye"};

/// The command that starts an example program.
inline std::vector<std::string> example(const std::string& name, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> command{std::string(NETLITE_EXAMPLES) + "/" + name};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// A server that listens: its first line has told the port.
struct Server {
  explicit Server(const std::string& name, std::vector<std::string> arguments = {"0"})
      : Server(Process(example(name, arguments))) {}
  explicit Server(Process started) : process(std::move(started)) {
    const std::string line = process.out.readLine();
    const std::string greeting = "listening on port ";
    if (line.compare(0, greeting.size(), greeting) != 0) throw std::runtime_error("not the first line: " + line);
    port = std::stoi(line.substr(greeting.size()));
  }

  std::string portText() const { return std::to_string(port); }

  /// Ends it in order and returns the exit code.
  int end(Ending ending = orderlyEndings().back()) {
    process.send(ending);
    return process.wait();
  }

  Process process;
  int port = 0;
};

/// A client program that is to connect to a port of this machine.
inline Process client(const std::string& name, int port, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"127.0.0.1", std::to_string(port)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Process(example(name, arguments));
}

/// The other side of an example program, played by the test. Waits for nothing longer than half a minute.
struct Peer {
  explicit Peer(Socket connected) : socket(std::move(connected)) {
    socket.setSoTimeout(std::chrono::seconds(30));
    socket.setWriteTimeout(std::chrono::seconds(30));
  }
  explicit Peer(int port) : Peer(Socket(InetAddress::getLoopbackAddress(), port)) {}

  void say(const std::string& line) { out.println(line), out.flush(); }

  /// The next line, or "(end)".
  std::string hear() { return in.readLine().value_or("(end)"); }

  /// Waits until the program has closed the connection, in order or not.
  void awaitEnd() {
    try {
      while (in.readLine()) {
      }
    } catch (const SocketException&) {
    }
  }

  /// Ends the connection as a program that crashes in the middle may do.
  void reset() {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Socket socket;
  BufferedReader in{socket.getInputStream()};
  PrintWriter out{socket.getOutputStream()};
};

/// More than the system keeps for a peer that does not read, so that some is on its way for a while.
inline const std::string& manyLines() {
  static const std::string lines = [] {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i) + " " + std::string(60, 'x') + "\n";
    return text;
  }();
  return lines;
}

/// Returns everything that a program sends up to its end. The peer is slow: it reads a small piece, sends a line, and
/// waits until the program has printed that line or has ended. A program that closes the connection as soon as it has
/// written everything closes it long before the peer has read everything.
inline std::string hearWhileTalking(Peer& peer, Process& program) {
  std::string text;
  char piece[4096];
  try {
    while (const std::size_t size = peer.socket.getInputStream().read(piece, sizeof piece)) {
      text.append(piece, size);
      peer.say("still here");
      program.output += program.out.read();
    }
  } catch (const SocketException&) {  // the connection was reset: only the text has arrived
  }
  return text;
}

/// Accepts a client, and does not wait for it longer than half a minute.
inline Peer acceptPeer(ServerSocket& server) {
  server.setSoTimeout(std::chrono::seconds(30));
  return Peer(server.accept());
}

/// Whether a reader hears that the connection was reset. Some systems tell nobody who was not waiting inside the
/// system, and let it look like an end.
inline bool readersHearOfResets() {
  static const bool theyDo = [] {
    Pair pair = connectedPair();
    pair.client.setSoLinger(true, 0);
    pair.client.close();
    try {
      return pair.server.getInputStream().read() != -1;
    } catch (const SocketException&) {
      return true;
    }
  }();
  return theyDo;
}

/// A chat_client or a chat_server in the test's hand, the test itself at the other end.
struct OneSide {
  static OneSide client(bool atTerminal = false) {
    ServerSocket server = loopbackServer();
    const auto command = example("chat_client", {"127.0.0.1", std::to_string(server.getLocalPort())});
    Process program = atTerminal ? Process::atTerminal(command) : Process(command);
    return {std::move(program), acceptPeer(server)};
  }
  static OneSide server(bool atTerminal = false) {
    const auto command = example("chat_server", {"0"});
    Server server(atTerminal ? Process::atTerminal(command) : Process(command));
    Peer peer(server.port);
    server.process.out.readUntil("127.0.0.1 connected");
    server.process.out.readLine();
    return {std::move(server.process), std::move(peer)};
  }
  static OneSide of(const std::string& name, bool atTerminal = false) {
    return name == "chat_client" ? client(atTerminal) : server(atTerminal);
  }

  Process program;
  Peer peer;
};

}  // namespace netlite::test
