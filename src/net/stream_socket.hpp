// SPDX-License-Identifier: MIT
//
// StreamSocket: the state that a Socket shares with its streams.
// Thread-safety: every member may be called from any thread, except construction and destruction. One read and one
// write are in progress at a time; others wait their turn, no longer than their own deadline.
#pragma once

#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "base/timeout.hpp"
#include "base/unread_bytes.hpp"
#include "net/channel.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/types.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/inet_socket_address.hpp>
#include <netlite/peer_credentials.hpp>
#include <netlite/unix_domain_socket_address.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace netlite {

/// Turns the platform's calls into the promises of the public headers: deadlines, sticky resets, ends of stream,
/// messages that name the peer. The states of a stream socket, and what is valid in each (a Unix-domain socket has
/// unix_domain_ in place of remote_, and never local_):
///
///               descriptor          local_      remote_   flags_
///   unconnected none                -           -         -
///   bound       one                 yes         -         -
///   connecting  being made          as before   -         kConnecting
///   connected   one                 on request  yes       kConnected, and these independently of each other:
///                                                           kInputShutDown   shutdownInput(): reads are at the end
///                                                           kOutputShutDown  shutdownOutput(): writes fail
///                                                           kInputEnded      the peer's clean end has been read
///   broken      one                 on request  yes       kConnected; failure_ is set: every later read throws it
///   closed      freed by the last   as before   as before as before; SocketCore knows that it is closed
///               call in flight
///
/// bind and a connect that fails return to unconnected or bound. kConnected is never cleared.
///
/// A connected socket may get a channel_ (kHasChannel), which stays: then the bytes of its streams are the channel's,
/// and those of the descriptor are what the channel makes of them.
class StreamSocket {
 public:
  StreamSocket() = default;

  /// A connection that a listener has accepted.
  StreamSocket(platform::Handle handle, const InetSocketAddress& remote);

  /// The same for a Unix-domain listener, whose address this is.
  StreamSocket(platform::Handle handle, std::shared_ptr<const UnixDomainSocketAddress> server);

  void bind(const InetSocketAddress& local);
  void connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout);
  void connect(const UnixDomainSocketAddress& remote, std::chrono::milliseconds timeout);
  void connect(const std::string& host, int port, std::chrono::milliseconds timeout);
  void close() noexcept;

  /// close() without saving the local address: no Socket is left to ask for it.
  void abandon() noexcept {
    closeChannel();
    core_.close();
  }

  std::size_t read(void* buffer, std::size_t size);
  void write(const void* data, std::size_t size);

  /// Sends the rest of an open file, and adds the bytes to `total`. One write: others wait their turn. Returns false if
  /// the system cannot send the rest, for a reason that is not the connection's.
  bool sendFile(platform::Handle file, std::uint64_t& total);
  std::size_t available();
  bool awaitInput(std::chrono::milliseconds patience);
  void unread(std::string bytes);
  void shutdownInput();
  void shutdownOutput();

  /// What net/channel.hpp says of the functions for a Socket.
  void setChannel(std::unique_ptr<Channel> channel);
  Channel* channel() const noexcept { return has(kHasChannel) ? channel_.get() : nullptr; }
  void completeHandshake(Deadline deadline);

  /// Throws unless this direction is open; checked before a stream is handed out.
  void requireInput();
  void requireOutput();

  /// What Socket reports of the state. It stays the same after close.
  bool isConnected() const noexcept { return has(kConnected); }
  std::optional<InetSocketAddress> remote() const;
  std::optional<InetSocketAddress> local();

  /// The server's address, of a connected Unix-domain socket; otherwise null.
  std::shared_ptr<const UnixDomainSocketAddress> unixDomain() const;
  PeerCredentials peerCredentials();
  bool isClosed() const noexcept { return core_.isClosed(); }
  bool isInputShutdown() const noexcept { return has(kInputShutDown); }
  bool isOutputShutdown() const noexcept { return has(kOutputShutDown); }

  void setReadTimeout(std::chrono::milliseconds timeout);
  void setWriteTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds readTimeout();
  std::chrono::milliseconds writeTimeout();
  void setOption(platform::Option option, int value);
  int getOption(platform::Option option);

  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString();

 private:
  class Connecting;
  class FreshSockets;
  class BoundSocket;
  class Descriptor;

  // Written with state_mutex_ held, read without. The last two are caches: kUnread of !unread_.isEmpty(), kAbortive of
  // SO_LINGER with zero seconds.
  enum Flag : std::uint32_t {
    kConnecting = 1,
    kConnected = 2,
    kInputShutDown = 4,
    kOutputShutDown = 8,
    kInputEnded = 16,
    kUnread = 32,
    kAbortive = 64,
    kHasChannel = 128
  };

  /// Whether one of these flags is set.
  bool has(std::uint32_t flags) const noexcept { return (flags_.load(std::memory_order_acquire) & flags) != 0; }
  bool set(Flag flag, bool on = true) noexcept NETLITE_REQUIRES(state_mutex_);

  void requireOpen(const char* operation);
  void requireConnected(const char* operation);
  template <typename Resolve>
  void connectTo(const std::string& target, Deadline deadline, Resolve resolve);
  void becomeConnected(std::unique_ptr<InetSocketAddress> local, const InetSocketAddress& remote);
  void becomeConnected(std::shared_ptr<const UnixDomainSocketAddress> server);

  std::size_t readSpecially(void* buffer, std::size_t size, Deadline deadline);
  std::size_t readUnreadBytes(void* buffer, std::size_t size);
  std::size_t endOfInput();
  void awaitReadable(Deadline deadline);
  std::size_t availableOfChannel();
  void requireWritable() {
    if (core_.isClosed()) throwWrite(Error::socketClosed);
    if (isOutputShutdown()) throwWrite(Error::outputShutDown);
  }
  void writeSpecially(const char* bytes, std::size_t size, Deadline deadline);
  void awaitRoom(const platform::Transfer& last, Deadline deadline, std::size_t sent);
  void endOutputOfChannel();
  void closeChannel() noexcept;
  void awaitWriteInProgress();
  template <typename Shutdown>
  void shutDown(Flag direction, Error already, const char* operation, Shutdown shutdown);

  [[noreturn]] void throwRead(Error error);
  [[noreturn]] void throwRead(std::error_code error);
  [[noreturn]] void throwWrite(Error error, std::size_t sent = 0);
  [[noreturn]] void throwWrite(std::error_code error);
  std::error_code firstFailure(std::error_code error);
  std::string peerText() const NETLITE_REQUIRES(state_mutex_);
  std::string describe(const char* operation) const;

  SocketCore core_;
  SocketOptions options_;
  WordMutex read_mutex_;   // held by the one read in progress; taken before write_mutex_
  WordMutex write_mutex_;  // held by the one write in progress; taken before state_mutex_
  Timeout read_timeout_;
  Timeout write_timeout_;
  std::atomic<std::uint32_t> flags_{0};
  std::unique_ptr<Channel> channel_;  // set once, before kHasChannel

  mutable WordMutex state_mutex_;
  std::optional<InetSocketAddress> remote_ NETLITE_GUARDED_BY(state_mutex_);         // set once
  std::unique_ptr<const InetSocketAddress> local_ NETLITE_GUARDED_BY(state_mutex_);  // few accepted sockets need it
  std::shared_ptr<const UnixDomainSocketAddress> unix_domain_ NETLITE_GUARDED_BY(state_mutex_);  // set once
  UnreadBytes unread_ NETLITE_GUARDED_BY(state_mutex_);       // read before the descriptor's
  std::error_code failure_ NETLITE_GUARDED_BY(state_mutex_);  // the first that broke the connection
};

/// Closes the handle so that the peer gets a reset, not an end.
void closeWithReset(platform::Handle handle) noexcept;

}  // namespace netlite
