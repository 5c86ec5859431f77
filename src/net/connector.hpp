// SPDX-License-Identifier: MIT
//
// Connecting: one address after the other as RFC 8305 ("Happy Eyeballs") says, all under one deadline. The families
// take turns, an attempt that has not answered within 250 ms gets company, the first success wins and the others are
// closed.
//
// Thread-safety: a Connector belongs to the thread that connects; closing the socket from another thread ends it.
#pragma once

#include "base/deadline.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/platform.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace netlite {

/// Where the attempts' sockets come from, and where they go when they have failed or lost.
class AttemptSockets {
 public:
  /// @param family what the remote address needs; set to what the socket has
  virtual platform::Opened open(platform::Family& family) = 0;
  virtual void discard(platform::Handle handle) noexcept = 0;

 protected:
  ~AttemptSockets() = default;
};

struct Established {
  platform::Handle handle;
  InetSocketAddress local;
  InetSocketAddress remote;
};

class Connector {
 public:
  /// @param core     the socket that is to be connected; the caller is inside a Pin on it
  /// @param sockets  where the attempts' descriptors come from
  /// @param target   what is connected to, for messages: "localhost:80"
  /// @param deadline the end of all attempts
  Connector(SocketCore& core, AttemptSockets& sockets, std::string target, Deadline deadline);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  /// @return the winner, blocking; the caller owns its handle
  /// @throws SocketTimeoutException, ConnectException, NoRouteToHostException, SocketException (closed)
  Established connect(std::vector<InetSocketAddress> remotes);

 private:
  struct Attempt {
    platform::Handle handle;
    InetSocketAddress remote;
    bool ready;  // the last wait found it finished, well or badly
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
  std::size_t next_ = 0;  // the first of remotes_ that has not been tried
  Deadline::Clock::time_point next_start_{};
  std::vector<Attempt> attempts_;
  std::vector<Failure> failures_;
  InetSocketAddress winner_local_;
};

/// The families taking turns, beginning with the first address's, the order within a family kept (RFC 8305 section 4).
std::vector<InetSocketAddress> interleaved(const std::vector<InetAddress>& addresses, int port);

}  // namespace netlite
