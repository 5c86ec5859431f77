// SPDX-License-Identifier: MIT
//
// OpenSSL on a bare descriptor, for the baseline and the load generator of the TLS workloads.
// Thread-safety: a connection belongs to one thread; a context is shared once it is set up.
#pragma once

#include "raw_socket.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace bench {

struct FreedTls {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* connection) const noexcept { SSL_free(connection); }
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};

using TlsContext = std::unique_ptr<SSL_CTX, FreedTls>;
using TlsConnection = std::unique_ptr<SSL, FreedTls>;
using TlsSession = std::unique_ptr<SSL_SESSION, FreedTls>;

inline void require(bool isDone, const char* call) {
  if (!isDone) throw std::runtime_error(std::string(call) + ": " + ERR_error_string(ERR_peek_last_error(), nullptr));
}

/// A context for one side. With read-ahead a small record takes one system call, not two.
inline TlsContext newTlsContext(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method));
  require(context != nullptr, "SSL_CTX_new");
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

/// A connection over the descriptor, which must stay open as long as it.
inline TlsConnection tlsOver(SSL_CTX* context, const Descriptor& socket) {
  TlsConnection connection(SSL_new(context));
  require(connection != nullptr, "SSL_new");
  require(SSL_set_fd(connection.get(), socket.get()) == 1, "SSL_set_fd");
  return connection;
}

inline void sendAll(SSL* connection, std::string_view bytes) {
  std::size_t written = 0;
  require(SSL_write_ex(connection, bytes.data(), bytes.size(), &written) == 1, "SSL_write");
}

/// Receives at least one byte; returns 0 at the end.
inline std::size_t receiveSome(SSL* connection, char* buffer, std::size_t size) {
  std::size_t count = 0;
  if (SSL_read_ex(connection, buffer, size, &count) == 1) return count;
  require(SSL_get_error(connection, 0) == SSL_ERROR_ZERO_RETURN, "SSL_read");
  return 0;
}

}  // namespace bench
