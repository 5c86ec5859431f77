// SPDX-License-Identifier: MIT
//
// The load for TLS servers: a client with OpenSSL on a bare descriptor, in one thread. It trusts every certificate, so
// that no contender's figure has the cost of verifying one.
// Thread-safety: none.
#pragma once

#include "raw_tls.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

class TlsClient {
 public:
  /// Hand-shakes.
  ///
  /// @param resumed the session to resume; null: none
  explicit TlsClient(Descriptor socket, SSL_SESSION* resumed = nullptr);
  explicit TlsClient(int port) : TlsClient(connectedTo(port)) {}
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// Sends close_notify, and does not wait for the server's.
  ~TlsClient();

  /// Sends a line and waits for its echo.
  void exchange(std::string_view line);

  void send(std::string_view bytes) { sendAll(connection_.get(), bytes); }
  void receive(std::size_t size);

  bool isResumed() const { return SSL_session_reused(connection_.get()) == 1; }

  /// A session for the next connection. The server has sent its ticket by the time it answers the first line.
  TlsSession session() const { return TlsSession(SSL_get1_session(connection_.get())); }

 private:
  Descriptor socket_;
  TlsConnection connection_;
  std::string answer_;
};

}  // namespace bench
