// SPDX-License-Identifier: MIT
//
// Listener: the state of a ServerSocket.
// Thread-safety: every member may be called from any thread, except construction and destruction.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "base/timeout.hpp"
#include "net/channel.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "net/stream_socket.hpp"
#include "net/unix_domain.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/inet_socket_address.hpp>
#include <netlite/unix_domain_socket_address.hpp>

#include <atomic>
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
  void bind(const UnixDomainSocketAddress& local, int backlog);

  /// Waits for a client that the filter welcomes.
  std::shared_ptr<StreamSocket> accept();

  void setFilter(Filter filter);
  void setChannelFactory(std::shared_ptr<ChannelFactory> factory);
  void close() noexcept;
  void abandon() noexcept { close(); }
  bool isClosed() const noexcept { return core_.isClosed(); }
  bool isBound() const;
  std::optional<InetSocketAddress> local() const;

  /// The address of a Unix-domain listener; otherwise null.
  std::shared_ptr<const UnixDomainSocketAddress> unixDomain() const;
  void setTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const;
  void setOption(platform::Option option, int value);
  int getOption(platform::Option option);
  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString() const;

 private:
  class Client;

  Client takeClient(Deadline deadline);
  std::shared_ptr<StreamSocket> owned(Client client);
  void makeNonBlocking();
  bool welcomes(const InetSocketAddress& remote) const;
  bool hasFilter() const;
  std::shared_ptr<ChannelFactory> channelFactory() const;
  void removePath() noexcept;
  std::string describe(const char* operation) const;
  void requireOpen(const char* operation) const;
  void requireBound() const;

  SocketCore core_;
  SocketOptions options_;
  Timeout timeout_;
  std::atomic<bool> is_non_blocking_{false};
  WordMutex bind_mutex_;  // held by the one bind in progress; taken before state_mutex_
  mutable WordMutex state_mutex_;
  std::optional<InetSocketAddress> local_ NETLITE_GUARDED_BY(state_mutex_);                      // set once
  std::shared_ptr<const UnixDomainSocketAddress> unix_domain_ NETLITE_GUARDED_BY(state_mutex_);  // set once
  CreatedPath path_ NETLITE_GUARDED_BY(state_mutex_);                                            // until close()
  bool closing_ NETLITE_GUARDED_BY(state_mutex_) = false;  // close() was called: it looks for the path only once
  std::shared_ptr<const Filter> filter_ NETLITE_GUARDED_BY(state_mutex_);
  std::shared_ptr<ChannelFactory> channel_factory_ NETLITE_GUARDED_BY(state_mutex_);  // set once
};

}  // namespace netlite
