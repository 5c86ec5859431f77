// SPDX-License-Identifier: MIT
//
// Connections over loopback for the tests: every port is 0, every address 127.0.0.1. The suites that are about
// connections of any kind run again over Unix-domain sockets and over TLS, see pairsAreUnixDomain(), pairsSpeakTls().
// Thread-safety: no shared state.
#pragma once

#include "support/scratch_folder.hpp"
#include "support/system.hpp"
#include "support/thrown_by.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace netlite::test {

/// Two connected sockets.
struct Pair {
  Socket client;
  Socket server;
};

/// Whether the loopback interface has IPv6 too.
inline bool hasIPv6Loopback() {
  try {
    ServerSocket(0, 0, InetAddress::getByName("::1"));
    return true;
  } catch (const SocketException&) {
    return false;
  }
}

inline ServerSocket loopbackServer(int backlog = 0) {
  return ServerSocket(0, backlog, InetAddress::getLoopbackAddress());
}

/// Whether connectedPair() connects by a path in place of a port, as for netlite_test(... UNIX_DOMAIN).
inline bool pairsAreUnixDomain() { return std::getenv("NETLITE_TEST_UNIX_DOMAIN") != nullptr; }

/// What the name of the peer in messages about a connectedPair() begins with.
inline std::string peerPrefix() { return pairsAreUnixDomain() ? "unix:" : "localhost/127.0.0.1:"; }

/// The peer as messages name it.
inline std::string peerName(const Socket& socket) {
  return socket.isUnixDomain() ? socket.getUnixDomainAddress().toString() : socket.getRemoteSocketAddress().toString();
}

inline Pair unixDomainPair() {
  const ScratchFolder folder;
  const UnixDomainSocketAddress address(folder / "s");
  ServerSocket server(address);
  Socket client(address);
  Socket accepted = server.accept();
  return {std::move(client), std::move(accepted)};
}

/// Makes the pairs of connectedPair() that speak TLS; set by support/tls_pair.cpp, null without the component.
inline Pair (*tls_pair_maker)() = nullptr;

/// Whether the sockets of connectedPair() speak TLS, as for netlite_test(... TLS).
inline bool pairsSpeakTls() { return std::getenv("NETLITE_TEST_TLS") != nullptr; }

inline Pair connectedPair() {
  if (pairsSpeakTls()) return tls_pair_maker();
  if (pairsAreUnixDomain()) return unixDomainPair();
  ServerSocket server = loopbackServer();
  Socket client(InetAddress::getLoopbackAddress(), server.getLocalPort());
  Socket accepted = server.accept();
  return {std::move(client), std::move(accepted)};
}

/// A loopback port where connects are refused: while this lives, a socket that does not listen holds the port.
class DeadPort {
 public:
  DeadPort() { holder_.bind({InetAddress::getLoopbackAddress(), 0}); }
  int number() const { return holder_.getLocalPort(); }
  InetSocketAddress address() const { return {InetAddress::getLoopbackAddress(), number()}; }

 private:
  Socket holder_;
};

/// Receives exactly `size` bytes from the peer, or fewer if the stream ends before.
inline std::string receive(Socket& socket, std::size_t size) {
  std::string bytes(size, '\0');
  bytes.resize(socket.getInputStream().readNBytes(&bytes[0], size));
  return bytes;
}

/// Lets one wait time out, so that the calling thread has its waker from now on. The timeout must be long enough for
/// the thread to block.
inline void waitOnce() {
  ServerSocket server = loopbackServer();
  server.setSoTimeout(std::chrono::milliseconds(50));
  thrownBy<SocketTimeoutException>([&] { server.accept(); });
}

/// Whether the code means that the peer has reset the connection. Windows has two such codes.
inline bool isReset(std::error_code code) {
  return code == std::errc::connection_reset || (runsOnWindows() && code == std::errc::connection_aborted);
}

/// Whether the next read reports a reset. Wine may show it as the end of the stream, and TLS says then that the stream
/// was cut short.
inline bool readsReset(SocketInputStream in) {
  try {
    return in.read() == -1 && runsUnderWine();
  } catch (const SocketException& exception) {
    return isReset(exception.code());
  } catch (const IOException&) {
    return runsUnderWine();
  }
}

}  // namespace netlite::test
