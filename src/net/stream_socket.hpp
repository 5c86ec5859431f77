// SPDX-License-Identifier: MIT
//
// StreamSocket: the state that a Socket shares with its streams. It turns the platform's calls into the promises of the
// public face: deadlines, sticky resets, ends of stream, messages that name the peer.
//
// Thread-safety: every member may be called from any thread, construction and destruction excepted. One read and one
// write are under way at a time; others wait their turn, no longer than their own deadline.
#pragma once

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/platform.hpp"
#include "thread/mutex.hpp"

#include <netlite/inet_socket_address.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace netlite {

class StreamSocket {
 public:
  StreamSocket() = default;

  /// A connection that a listener has accepted.
  StreamSocket(platform::Handle handle, const InetSocketAddress& remote);

  void bind(const InetSocketAddress& local);
  void connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout);
  void connect(const std::string& host, int port, std::chrono::milliseconds timeout);
  void close() noexcept;

  /// Closes when nobody is left who could ask for the addresses.
  void abandon() noexcept;

  std::size_t read(void* buffer, std::size_t size);
  void write(const void* data, std::size_t size);
  std::size_t available();
  bool awaitInput(std::chrono::milliseconds patience);
  void unread(std::string bytes);
  void shutdownInput();
  void shutdownOutput();

  /// Throws unless bytes can go this way: what a stream is handed out after.
  void requireInput();
  void requireOutput();

  /// What the public face shows of the state; these stay as they were after close.
  bool isConnected() const;
  std::optional<InetSocketAddress> remote() const;
  std::optional<InetSocketAddress> local();
  bool isClosed() const noexcept { return core_.isClosed(); }
  bool isInputShutdown() const noexcept { return input_shutdown_.load(std::memory_order_acquire); }
  bool isOutputShutdown() const noexcept { return output_shutdown_.load(std::memory_order_acquire); }

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

  using Milliseconds = std::chrono::milliseconds::rep;

  void requireOpen(const char* operation);
  void requireConnected(const char* operation);
  template <typename Resolve>
  void connectTo(const std::string& target, Deadline deadline, Resolve resolve);

  std::size_t takeUnread(void* buffer, std::size_t size);
  std::size_t endOfInput();
  std::size_t endOrFailure(std::error_code error);
  void awaitReadable(Deadline deadline);
  void awaitTurnToSend(platform::Outcome last, Deadline deadline, std::size_t sent);
  [[noreturn]] void throwReadError(Error error) const;
  [[noreturn]] void throwReadTimeout() const;
  [[noreturn]] void throwWriteError(Error error) const;
  [[noreturn]] void throwWriteTimeout(std::size_t sent) const;
  [[noreturn]] void failRead(std::error_code error);
  [[noreturn]] void failWrite(std::error_code error);
  void rememberFailure(std::error_code error);
  std::error_code failure() const;
  std::string describe(const char* operation) const;

  SocketCore core_;
  SocketOptions options_;
  Mutex read_mutex_;   // held by the one read that is under way
  Mutex write_mutex_;  // held by the one write that is under way
  std::atomic<Milliseconds> read_timeout_{0};
  std::atomic<Milliseconds> write_timeout_{0};
  std::atomic<bool> input_shutdown_{false};
  std::atomic<bool> output_shutdown_{false};
  std::atomic<bool> has_unread_{false};  // whether unread_ holds something

  mutable Mutex state_mutex_;
  bool connecting_ = false;                         // guarded by state_mutex_
  bool abortive_close_ = false;                     // guarded by state_mutex_: SO_LINGER with zero seconds
  bool input_ended_ = false;                        // guarded by state_mutex_
  std::optional<InetSocketAddress> remote_;         // guarded by state_mutex_; set once
  std::unique_ptr<const InetSocketAddress> local_;  // guarded by state_mutex_; few accepted sockets are asked for it
  std::string unread_;                              // guarded by state_mutex_: bytes that come before the descriptor's
  std::error_code failure_;  // guarded by state_mutex_: what broke the connection, for every later read
};

/// Closes the handle so that the peer sees a reset, not an end.
void reset(platform::Handle handle) noexcept;

}  // namespace netlite
