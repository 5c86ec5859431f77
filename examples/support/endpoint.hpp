// SPDX-License-Identifier: MIT
//
// Where a program listens or connects: a port, or the path of kUnixOption; with TLS if the options of support/tls.hpp
// say so. And how messages name peers.
// Thread-safety: no shared state.
#pragma once

#include "support/arguments.hpp"
#include "support/interrupt.hpp"
#include "support/program.hpp"
#include "support/tls.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace example {

/// Whether kUnixOption was given.
inline bool usesUnixDomain(const Arguments& arguments) { return arguments.has(kUnixOption.name); }

/// @throws UsageError the path cannot be one
inline netlite::UnixDomainSocketAddress unixAddress(const Arguments& arguments) {
  try {
    return netlite::UnixDomainSocketAddress(arguments.value(kUnixOption.name));
  } catch (const std::invalid_argument& e) {
    throw UsageError(kUnixOption.name + ": " + e.what());
  }
}

/// Listens on the first operand, a port, or on the path.
inline netlite::ServerSocket listenOn(const Arguments& arguments, int defaultPort) {
  ServerTls tls(arguments);  // first, so that nobody can connect if a file is missing
  if (usesUnixDomain(arguments)) return tls.protect(netlite::ServerSocket(unixAddress(arguments)));
  return tls.protect(netlite::ServerSocket(arguments.portToListenOn(0, defaultPort)));
}

/// A server's first line.
inline std::string greetingOf(const netlite::ServerSocket& server) {
  if (server.isUnixDomain()) return "listening on " + server.getUnixDomainAddress().getPath();
  return "listening on port " + std::to_string(server.getLocalPort());
}

/// How long connecting may take.
constexpr std::chrono::seconds kConnectPatience{10};

/// Connects to a host and port, or to the path. An interrupt meanwhile ends the program, as there is nothing to clean
/// up yet.
inline netlite::Socket connectTo(const Arguments& arguments, const std::string& host, int port) {
  ClientTls tls(arguments);
  const Interrupt interrupt(endImmediately);
  if (!usesUnixDomain(arguments)) return tls.connect(host, port, kConnectPatience);
  netlite::Socket socket;
  socket.connect(unixAddress(arguments), kConnectPatience);
  return tls.protect(std::move(socket));
}

/// The same for the first two operands, host and port.
inline netlite::Socket connectTo(const Arguments& arguments, int defaultPort) {
  if (usesUnixDomain(arguments)) return connectTo(arguments, "", 0);
  return connectTo(arguments, arguments.text(0, "localhost"), arguments.portToReach(1, defaultPort));
}

/// The peer as messages name it: its address, or the process at the other end of a Unix-domain socket.
inline std::string peerName(const netlite::Socket& socket) {
  if (!socket.isUnixDomain()) return socket.getRemoteSocketAddress().toString();
  try {
    const netlite::PeerCredentials peer = socket.getPeerCredentials();
    if (peer.pid != -1) return "process " + std::to_string(peer.pid);
  } catch (const netlite::SocketException&) {  // the socket is closed, or the system does not tell
  }
  return socket.getUnixDomainAddress().toString();
}

}  // namespace example
