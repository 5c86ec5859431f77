// SPDX-License-Identifier: MIT
//
// Listener: the state of a ServerSocket.
// Thread-safety: every member may be called from any thread, except construction and destruction.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "base/timeout.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "net/stream_socket.hpp"
#include "thread/mutex.hpp"

#include <netlite/inet_socket_address.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace netlite {

class Listener {
 public:
  using Filter = std::function<bool(const InetSocketAddress& remote)>;

  Listener() { options_.set(core_, platform::Option::reuseAddress, 1); }

  void bind(const InetSocketAddress& local, int backlog);

  /// Waits for a client that the filter welcomes.
  std::shared_ptr<StreamSocket> accept();

  void setFilter(Filter filter);
  void close() noexcept { core_.close(); }
  void abandon() noexcept { close(); }
  bool isClosed() const noexcept { return core_.isClosed(); }
  bool isBound() const;
  std::optional<InetSocketAddress> local() const;
  void setTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const;
  void setOption(platform::Option option, int value);
  int getOption(platform::Option option);
  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString() const;

 private:
  class Client;

  Client takeClient(Deadline deadline);
  bool welcomes(const InetSocketAddress& remote) const;
  std::string describe(const char* operation) const;
  void requireOpen(const char* operation) const;
  void requireBound() const;

  SocketCore core_;
  SocketOptions options_;
  Timeout timeout_;
  Mutex bind_mutex_;  // held by the one bind in progress; taken before state_mutex_
  mutable Mutex state_mutex_;
  std::optional<InetSocketAddress> local_ NETLITE_GUARDED_BY(state_mutex_);  // set once
  std::shared_ptr<const Filter> filter_ NETLITE_GUARDED_BY(state_mutex_);
};

}  // namespace netlite
