// SPDX-License-Identifier: MIT
//
// TcpServer: the accept loop, with a thread for each client.
//
// Thread-safety: every member from any thread, construction and destruction excepted; see the class.
#pragma once

#include <netlite/inet_socket_address.hpp>
#include <netlite/server_socket.hpp>
#include <netlite/socket.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace netlite {

/// The accept loop, done once and right. It gives every client a thread of its own, lives through whatever clients and
/// handlers do, and stops without leaving anything behind.
///
/// Thread-safety: every member may be called from any thread, from a handler, an accept filter or onError too;
/// construction and destruction excepted, but a handler may destroy its server (see ~TcpServer).
///
/// A member that does not speak of blocking never blocks; one that names no exceptions throws none but std::bad_alloc.
class NETLITE_API TcpServer {
 public:
  /// Serves one client, in a thread of its own. The socket is closed when it returns or throws. It may use every member
  /// of the server and the socket, and move the socket elsewhere, which then keeps the connection alive. It must come
  /// to an end once the socket is closed, which stop() relies on.
  using Handler = std::function<void(Socket& client)>;

  /// What a server may be told beside its socket and its handler.
  struct Options {
    /// How many clients are served at the same time; 0: no limit. The next ones wait in the backlog.
    std::size_t maxConnections = 0;

    /// Is told what a handler or the accept filter let out, and once when descriptors, memory or threads run out (the
    /// server waits briefly and goes on), until several clients in a row could be accepted again. Runs in the thread
    /// that met the error, so it may run in several at once. What it throws is dropped. A handler that fails because
    /// stop() closed its socket is no error.
    std::function<void(std::exception_ptr)> onError;

    /// Whom to accept, see ServerSocket::setAcceptFilter.
    std::function<bool(const InetSocketAddress& remote)> acceptFilter;

    /// The stack of a handler's thread in bytes, rounded up to what the system allows; 0: the system's default.
    std::size_t threadStackSize = 0;
  };

  /// Takes over a server socket that is bound. Nothing is accepted before start() or run(). The socket's timeout is
  /// switched off, and its accept filter stays unless the options have one. Never blocks.
  ///
  /// @param server  the server socket
  /// @param handler serves one client
  /// @throws std::invalid_argument the server socket is closed or not bound, or the handler is empty
  TcpServer(ServerSocket server, Handler handler);

  /// The same with options. Never blocks.
  ///
  /// @param server  the server socket
  /// @param handler serves one client
  /// @param options see Options
  /// @throws std::invalid_argument the server socket is closed or not bound, or the handler is empty
  TcpServer(ServerSocket server, Handler handler, Options options);

  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  /// stop() with no grace. Blocks until the handlers have returned. In a handler, a filter or onError it does not wait
  /// for the thread that it runs in, which comes to its own end later without the server.
  ~TcpServer();

  /// Starts accepting in a thread of the server's and returns. Harmless when started already. Never blocks.
  ///
  /// @throws SocketException   stopped already
  /// @throws std::system_error no thread could be started
  void start();

  /// start(), and returns after stop(), when every thread of the server has ended; so at once when that is so already.
  /// Blocks until then. In a handler, a filter or onError it does not wait for the thread that it runs in.
  ///
  /// @throws std::system_error no thread could be started
  void run();

  /// Stops: nothing more is accepted (clients in the backlog are reset), the handlers have `grace` to come to their
  /// end, then the sockets that are left are closed, and every thread is joined. In a handler, a filter or onError it
  /// waits for all threads but those that are in stop() or run() themselves, and leaves the caller's socket open.
  /// Harmless when stopped already or never started. Blocks until the handlers have returned.
  ///
  /// @param grace how long to wait before closing, in milliseconds; 0: not at all; max(): for ever
  /// @throws std::invalid_argument negative
  void stop(std::chrono::milliseconds grace);

  /// The port that is listened on.
  ///
  /// @return 1 to 65535; kept after stop()
  int getLocalPort() const;

  /// How many clients are being served now.
  ///
  /// @return the number of handlers that have been started and have not ended
  std::size_t connectionCount() const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace netlite
