// SPDX-License-Identifier: MIT
//
// The exceptions of the component netlite::ssl: those of javax.net.ssl, derived from IOException.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/export.hpp>

#include <memory>
#include <string>
#include <system_error>

namespace netlite {

/// TLS failed: a file cannot be loaded, the connection was cut short, or what a derived class says. A connection that
/// was reset stays a SocketException, and a deadline that passed a SocketTimeoutException, as on a plain socket.
///
/// what() reads "operation peer: reason", as in "handshake with example.com/192.0.2.1:443: certificate has expired
/// (2026-01-01)".
///
/// Thread-safety: as for any exception object, const access from several threads is safe, also to the derived classes.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_SSL_API SSLException : public IOException {
 public:
  using IOException::IOException;

  /// Creates an exception whose what() is `text`, ": " and `reason`.
  ///
  /// @param code   as for IOException, but its message is not part of what()
  /// @param text   the operation and the peer or the file
  /// @param reason what went wrong, in words
  SSLException(std::error_code code, const std::string& text, const std::string& reason);
  SSLException(const SSLException&) = default;
  SSLException& operator=(const SSLException&) = default;
  ~SSLException() override;

  /// The operation, the peer or the file, and the reason.
  const char* what() const noexcept override;

 private:
  std::shared_ptr<const std::string> message_;  // null: IOException's
};

/// The handshake failed, so no byte of the program was exchanged: the peer's certificate is not trusted or is for
/// another name, the peer speaks no TLS or none that this side allows, or it refused this side. Every later read and
/// write of the socket throws it again.
class NETLITE_SSL_API SSLHandshakeException : public SSLException {
 public:
  using SSLException::SSLException;
  SSLHandshakeException(const SSLHandshakeException&) = default;
  SSLHandshakeException& operator=(const SSLHandshakeException&) = default;
  ~SSLHandshakeException() override;
};

/// The peer showed no certificate (SSLSession::getPeerCertificates).
class NETLITE_SSL_API SSLPeerUnverifiedException : public SSLException {
 public:
  using SSLException::SSLException;
  SSLPeerUnverifiedException(const SSLPeerUnverifiedException&) = default;
  SSLPeerUnverifiedException& operator=(const SSLPeerUnverifiedException&) = default;
  ~SSLPeerUnverifiedException() override;
};

/// After the handshake, bytes arrived that are not valid TLS: they were damaged or forged on the way, or the peer is
/// defective. Every later read and write of the socket throws it again.
class NETLITE_SSL_API SSLProtocolException : public SSLException {
 public:
  using SSLException::SSLException;
  SSLProtocolException(const SSLProtocolException&) = default;
  SSLProtocolException& operator=(const SSLProtocolException&) = default;
  ~SSLProtocolException() override;
};

}  // namespace netlite
