// SPDX-License-Identifier: MIT
//
// Connector: connects to one of several addresses as RFC 8305 ("Happy Eyeballs") says, under one deadline.
// Thread-safety: a Connector belongs to the thread that connects; another thread ends it by closing the socket.
#pragma once

#include "base/deadline.hpp"
#include "net/socket_core.hpp"
#include "platform/result.hpp"
#include "platform/types.hpp"

#include <netlite/inet_socket_address.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace netlite {

/// Opens the sockets of the attempts, and closes those that failed or lost.
class AttemptSockets {
 public:
  /// @param family the family that the remote address needs; set to the family of the socket
  virtual platform::Result<platform::Handle> open(platform::Family& family) = 0;
  virtual void discard(platform::Handle handle) noexcept = 0;

 protected:
  ~AttemptSockets() = default;
};

struct Established {
  platform::Handle handle;
  InetSocketAddress local;
  InetSocketAddress remote;
};

/// If an attempt has not completed after 250 ms, the next one starts in parallel. The first success wins, and the other
/// attempts are closed.
class Connector {
 public:
  /// @param core     the socket that is to be connected; the caller has a Pin on it
  /// @param target   for messages: "localhost:80"
  /// @param deadline the end of all attempts
  Connector(SocketCore& core, AttemptSockets& sockets, std::string target, Deadline deadline);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// Returns the winner, whose handle is blocking; the caller owns it.
  /// @throws SocketTimeoutException, ConnectException, NoRouteToHostException, SocketException (closed)
  Established connect(std::vector<InetSocketAddress> remotes);

 private:
  struct Attempt {
    platform::Handle handle;
    InetSocketAddress remote;
    bool isFinished;  // the last wait found it connected or failed
  };

  struct Failure {
    InetSocketAddress remote;
    std::error_code error;
  };

  bool mayStart() const;
  bool startNext();
  void waitForAttempts();
  bool collectReady();
  std::error_code checkConnected(const Attempt& attempt);
  void drop(std::size_t index, std::error_code error);
  [[noreturn]] void throwFailure() const;

  SocketCore& core_;
  AttemptSockets& sockets_;
  const std::string target_;
  const Deadline deadline_;
  std::vector<InetSocketAddress> remotes_;
  std::size_t next_ = 0;  // the index of the first remote that has not been tried
  Deadline::Clock::time_point next_start_{};
  std::vector<Attempt> attempts_;
  std::vector<Failure> failures_;
  InetSocketAddress winner_local_;
};

/// The addresses with the families taking turns, beginning with the first address's; the order within a family is kept
/// (RFC 8305 section 4).
std::vector<InetSocketAddress> interleaved(const std::vector<InetAddress>& addresses, int port);

}  // namespace netlite
