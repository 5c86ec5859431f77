// SPDX-License-Identifier: MIT
//
// RedisConnection: a connection to Redis. Each call has a deadline.
// Thread-safety: belongs to one thread; close() may be called from any.
#pragma once

#include "support/deadline_streams.hpp"
#include "support/redis_options.hpp"
#include "support/redis_reply.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <exception>
#include <initializer_list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace example {

/// Appends a command, as Redis reads it: an array of counted texts.
inline void appendCommand(std::string& target, std::initializer_list<std::string_view> words) {
  target += "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    target += "$" + std::to_string(word.size()) + "\r\n";
    target += word;
    target += "\r\n";
  }
}

class RedisConnection {
 public:
  /// How long Redis may take to connect to each of its addresses, to take a command, and to answer it. How long the
  /// look-up of its name takes is the system's affair.
  static constexpr std::chrono::seconds kPatience{5};

  /// @param settings outlive the connection
  explicit RedisConnection(const RedisSettings& settings) : settings_(settings) {}

  /// Connects, and proves that it may.
  ///
  /// @throws netlite::IOException there is no connection
  /// @throws RedisError           Redis does not accept the password
  void open() {
    connect();
    protect();
    in_.emplace(socket_);
    out_.emplace(socket_);
    replies_.emplace(*in_);
    if (settings_.password) call({"AUTH", *settings_.password});
  }

  /// Sends commands, which appendCommand() has made.
  void send(std::string_view commands) {
    out_->setPatience(kPatience);
    out_->write(commands);
  }

  /// The answers. Before each one that is read, awaitAnswer() sets its deadline.
  RedisReader& replies() { return *replies_; }

  /// @param more how much longer the answer may take
  void awaitAnswer(std::chrono::milliseconds more = std::chrono::milliseconds(0)) {
    in_->setPatience(kPatience + more);
  }

  /// Reads the answer to a command.
  ///
  /// @throws RedisError it is an error
  RedisReply answer() {
    awaitAnswer();
    RedisReply reply = replies_->read();
    if (reply.kind == RedisReply::Kind::error) throw RedisError::said(reply.text);
    if (reply.isCut) throw RedisError::garbage("it is too long");
    return reply;
  }

  /// Sends a command and reads its answer.
  ///
  /// @throws RedisError it is an error
  RedisReply call(std::initializer_list<std::string_view> words) {
    std::string command;
    appendCommand(command, words);
    send(command);
    return answer();
  }

  /// Ends every call, now and from now on.
  void close() noexcept {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    is_closed_ = true;
    try {
      if (stream_) stream_->close();
      socket_.close();
    } catch (const netlite::IOException&) {  // it was not connected
    }
  }

 private:
  // Tries all addresses of the host.
  void connect() {
    std::exception_ptr failure;
    for (const netlite::InetAddress& address : netlite::InetAddress::getAllByName(settings_.host)) {
      try {
        replaceSocket(netlite::Socket());
        return socket_.connect({address, settings_.port}, kPatience);
      } catch (const netlite::IOException&) {
        if (!failure) failure = std::current_exception();
      }
    }
    std::rethrow_exception(failure);
  }

  // The handshake moves the socket, so close() uses one of its streams.
  void protect() {
    socket_.setTcpNoDelay(true);
    socket_.setSoTimeout(kPatience);
    std::unique_lock<netlite::Mutex> lock(mutex_);
    stream_ = socket_.getInputStream();
    netlite::Socket plain = std::move(socket_);
    lock.unlock();
    replaceSocket(settings_.tls->protect(std::move(plain), settings_.host));
  }

  void replaceSocket(netlite::Socket socket) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    socket_ = std::move(socket);
    if (is_closed_) socket_.close();
  }

  const RedisSettings& settings_;
  netlite::Mutex mutex_;
  netlite::Socket socket_;                            // replaced with mutex_ held
  std::optional<netlite::SocketInputStream> stream_;  // guarded by mutex_
  bool is_closed_ = false;                            // guarded by mutex_
  std::optional<DeadlineInput> in_;
  std::optional<DeadlineOutput> out_;
  std::optional<RedisReader> replies_;
};

}  // namespace example
