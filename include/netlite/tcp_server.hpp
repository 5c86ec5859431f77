// SPDX-License-Identifier: MIT
//
// TcpServer: the accept loop, with a thread for each client.
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

/// The accept loop, with a thread for each client.
///
/// ```cpp
/// netlite::TcpServer server(netlite::ServerSocket(3000), [](netlite::Socket& client) {
///   netlite::BufferedReader in(client.getInputStream());
///   netlite::PrintWriter out(client.getOutputStream());
///   in.tie(out);
///   for (const std::string& line : in.lines()) out.println(line);
/// });
/// server.run();
/// ```
///
/// The server survives whatever clients and handlers do, and stops without leaving threads or sockets.
///
/// Thread-safety: every member may be called from any thread, also from a handler, an accept filter or onError, except
/// construction and destruction; but a handler may destroy its server (see ~TcpServer).
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_API TcpServer {
 public:
  /// Serves one client, in its own thread. The socket is closed when the handler returns or throws. A handler may use
  /// every member of the server and the socket, and may move the socket elsewhere, which keeps the connection open. It
  /// must end once the socket is closed: stop() relies on that. It may end its thread by pthread_exit, and its thread
  /// may be cancelled (pthread_cancel): only that client ends then.
  using Handler = std::function<void(Socket& client)>;

  /// Optional settings.
  struct Options {
    /// How many clients are served at the same time; 0: no limit. Further clients wait in the backlog.
    std::size_t maxConnections = 0;

    /// Receives exceptions that escape a handler or the accept filter. Also receives one when descriptors, memory or
    /// threads run out: the server waits briefly and goes on, and reports no further shortage until it could accept
    /// several clients in a row. Runs in the thread that met the error, so several calls may overlap. What it throws is
    /// dropped. A handler that fails because stop() closed its socket is not reported.
    std::function<void(std::exception_ptr)> onError;

    /// Which clients to accept, see ServerSocket::setAcceptFilter. Not for a server on a Unix-domain address.
    std::function<bool(const InetSocketAddress& remote)> acceptFilter;

    /// The stack of a handler's thread in bytes, besides what the program's thread-local storage takes, rounded up to
    /// what the system allows; 0: the system's default, or 64 KiB for a virtual thread.
    std::size_t threadStackSize = 0;

    /// Whether each client is served in a virtual thread instead of an OS thread. The handler is the same, but see
    /// Thread for what a virtual thread must not do, and it cannot end its thread by pthread_exit. Where there are no
    /// virtual threads, OS threads with small stacks take their place. The virtual threads' names are such as
    /// "client /127.0.0.1:41522 of port 3000" and "acceptor of port 3000".
    bool virtualThreads = false;
  };

  /// Adopts a server socket that is bound. Accepts nothing before start() or run(). Switches the server socket's
  /// timeout off, and keeps its accept filter unless the options have one.
  ///
  /// @throws std::invalid_argument the server socket is closed or not bound, or the handler is empty
  TcpServer(ServerSocket server, Handler handler);

  /// Creates a server with options, otherwise as TcpServer(server, handler).
  ///
  /// @throws std::invalid_argument the server socket is closed or not bound, or the handler is empty
  /// @throws SocketException       the options have an accept filter, and the server socket a Unix-domain address
  TcpServer(ServerSocket server, Handler handler, Options options);

  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  /// Stops with no grace. Blocks until the handlers have returned. In a handler, a filter or onError it does not wait
  /// for the calling thread, which ends later without the server.
  ~TcpServer();

  /// Starts accepting in a thread of the server and returns. Starting twice is harmless.
  ///
  /// @throws SocketException   the server is already stopped
  /// @throws std::system_error no thread could be started
  void start();

  /// Starts the server, and returns after stop(), when every thread of the server has ended; immediately if they
  /// already have. Blocks until then. In a handler, a filter or onError it does not wait for the calling thread.
  ///
  /// @throws std::system_error no thread could be started
  void run();

  /// Stops the server: it accepts nothing more (clients in the backlog are reset), gives the handlers `grace` to end,
  /// then closes the sockets that are left and joins every thread. Blocks until the handlers have returned. In a
  /// handler, a filter or onError it waits for all threads except those that are in stop() or run() themselves, and
  /// leaves the caller's socket open. Harmless if the server is already stopped or was never started.
  ///
  /// @param grace in milliseconds; 0: close immediately; max(): wait for the handlers indefinitely
  /// @throws std::invalid_argument `grace` is negative
  void stop(std::chrono::milliseconds grace);

  /// The port that the server listens on, 1 to 65535; 0 on a Unix-domain address. Kept after stop().
  int getLocalPort() const;

  /// The number of handlers that have been started and have not ended.
  std::size_t connectionCount() const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace netlite
