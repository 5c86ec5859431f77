// SPDX-License-Identifier: MIT
//
// Starts the example programs, and plays their peers.
// Thread-safety: that of Process; for a Peer that of its socket, reader and writer.
#pragma once

#include "support/loopback.hpp"
#include "support/process.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace netlite::test {

/// Lines as people type them.
inline const std::vector<std::string> kTypedLines{"hello", "", "안녕하세요, 소켓!", "이모지도 🙂", "bye"};

/// Whether the TCP servers serve their clients by virtual threads, as for netlite_test(... VIRTUAL_SERVERS).
inline bool serversUseVirtualThreads() { return std::getenv("NETLITE_TEST_VIRTUAL_SERVERS") != nullptr; }

inline bool isTcpServer(const std::string& name) {
  const std::vector<std::string> servers{"broadcast_server", "chat_server",  "echo_server",
                                         "file_server",      "reply_server", "web_chat_server"};
  return std::find(servers.begin(), servers.end(), name) != servers.end();
}

/// The command that starts an example program.
inline std::vector<std::string> example(const std::string& name, const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> command{std::string(NETLITE_EXAMPLES) + "/" + name};
  if (serversUseVirtualThreads() && isTcpServer(name)) command.push_back("--virtual");
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

/// A listening server; the constructor reads the port, or the path of a Unix-domain socket, from its first line.
struct Server {
  explicit Server(const std::string& name, std::vector<std::string> arguments = {"0"})
      : Server(Process(example(name, arguments))) {}
  explicit Server(Process started) : process(std::move(started)) {
    const std::string line = process.out.readLine();
    const std::string greeting = "listening on ";
    if (line.compare(0, greeting.size(), greeting) != 0) throw std::runtime_error("unexpected first line: " + line);
    path = line.substr(greeting.size());
    const std::string ofTcp = "port ";
    if (path.compare(0, ofTcp.size(), ofTcp) == 0) port = std::stoi(path.substr(ofTcp.size()));
  }

  std::string portText() const { return std::to_string(port); }

  /// Stops it gracefully and returns the exit code.
  int end(StopSignal signal = gracefulStopSignals().back()) {
    process.send(signal);
    return process.wait();
  }

  Process process;
  std::string path;
  int port = 0;
};

/// Starts a client program that connects to a port of this machine.
inline Process client(const std::string& name, int port, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"127.0.0.1", std::to_string(port)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Process(example(name, arguments));
}

/// What a program that ends by itself leaves: its exit code, and what it has written to the standard error.
struct Ended {
  explicit Ended(Process process) {
    process.endInput();
    code = process.wait();
    error = process.err.readAll();
  }

  int code = 0;
  std::string error;
};

/// The other side of an example program, played by the test. Each wait lasts half a minute at most.
struct Peer {
  explicit Peer(Socket connected) : socket(std::move(connected)) {
    socket.setSoTimeout(std::chrono::seconds(30));
    socket.setWriteTimeout(std::chrono::seconds(30));
  }
  explicit Peer(int port) : Peer(Socket(InetAddress::getLoopbackAddress(), port)) {}

  void say(const std::string& line) { out.println(line), out.flush(); }

  /// The next line, or "(end)".
  std::string hear() { return in.readLine().value_or("(end)"); }

  /// Waits until the program has closed or reset the connection.
  void awaitClose() {
    try {
      while (in.readLine()) {
      }
    } catch (const SocketException&) {
    }
  }

  /// Ends the connection as a crashing program may.
  void reset() {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Socket socket;
  BufferedReader in{socket.getInputStream()};
  PrintWriter out{socket.getOutputStream()};
};

/// More than the system buffers for a peer that does not read, so that some of it stays in transit for a while.
inline const std::string& manyLines() {
  static const std::string lines = [] {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i) + " " + std::string(60, 'x') + "\n";
    return text;
  }();
  return lines;
}

/// Returns everything that a program sends before it closes the connection. The peer is slow: it reads a small piece,
/// sends a line, and waits until the program has printed that line or has ended. A program that closes the connection
/// right after its last write closes it long before the peer has read everything.
inline std::string hearWhileTalking(Peer& peer, Process& program) {
  std::string text;
  char piece[16384];
  try {
    while (const std::size_t size = peer.socket.getInputStream().read(piece, sizeof piece)) {
      text.append(piece, size);
      peer.say("still here");
      program.output += program.out.read();
    }
  } catch (const SocketException&) {  // a reset: return what has arrived
  }
  return text;
}

/// Accepts a client, which must connect within half a minute.
inline Peer acceptPeer(ServerSocket& server) {
  server.setSoTimeout(std::chrono::seconds(30));
  return Peer(server.accept());
}

/// Whether a read reports that the connection was reset. Some systems report it only to a read that is already waiting
/// in the system, and show later reads the end of the stream.
inline bool readsReportResets() {
  static const bool reported = [] {
    Pair pair = connectedPair();
    pair.client.setSoLinger(true, 0);
    pair.client.close();
    try {
      return pair.server.getInputStream().read() != -1;
    } catch (const SocketException&) {
      return true;
    }
  }();
  return reported;
}

/// A chat_client or a chat_server, with the test as the other side.
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
