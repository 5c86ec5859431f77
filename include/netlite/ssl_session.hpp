// SPDX-License-Identifier: MIT
//
// SSLSession: what a TLS connection has agreed on, and who the peer is.
#pragma once

#include <netlite/export.hpp>
#include <netlite/socket.hpp>
#include <netlite/ssl_certificate.hpp>

#include <memory>
#include <string>
#include <vector>

namespace netlite {

/// What a TLS connection has agreed on, and who the peer is: javax.net.ssl.SSLSession in C++.
///
/// ```cpp
/// netlite::Socket socket = netlite::SSLContext().createSocket("example.com", 443);
/// const netlite::SSLSession session = netlite::SSLSession::of(socket);
/// std::cout << session.getProtocol() << ' ' << session.getPeerCertificates().front().subject << '\n';
/// ```
///
/// It is a value, which stays valid after the socket is closed.
///
/// Thread-safety: const access from several threads is safe.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_SSL_API SSLSession {
 public:
  /// The session of a socket that an SSLContext has made. Completes the handshake if that has not happened: for this it
  /// blocks, until the socket's read timeout or the handshake timeout passes or another thread closes the socket.
  ///
  /// @throws SSLException           the socket is a plain one
  /// @throws SSLHandshakeException  the handshake failed
  /// @throws SocketTimeoutException a timeout passed during the handshake
  /// @throws SocketException        the connection was reset, or the socket is closed
  static SSLSession of(Socket& socket);

  /// Another handle on the same values.
  SSLSession(const SSLSession&);

  /// Has the other's values from now on.
  SSLSession& operator=(const SSLSession&);
  ~SSLSession();

  /// The version of TLS: "TLSv1.3" or "TLSv1.2".
  const std::string& getProtocol() const noexcept;

  /// The cipher suite, by OpenSSL's name: "TLS_AES_256_GCM_SHA384".
  const std::string& getCipherSuite() const noexcept;

  /// On the client the host that createSocket() was given, on the server the client's address: "192.0.2.1". For a
  /// Unix-domain client it is the server's path, as UnixDomainSocketAddress::toString() writes it.
  const std::string& getPeerHost() const noexcept;

  /// The protocol that was agreed on of those given to SSLContext::setApplicationProtocols(); empty if none was.
  const std::string& getApplicationProtocol() const noexcept;

  /// Whether an earlier session was resumed, which saves the exchange of certificates.
  bool isResumed() const noexcept;

  /// The peer's certificates: its own first, then the chain as the peer showed it. Of a resumed session they are those
  /// of the first handshake.
  ///
  /// @throws SSLPeerUnverifiedException the peer showed none, as clients do unless the server asks for one
  const std::vector<SSLCertificate>& getPeerCertificates() const;

 private:
  struct Data;

  explicit SSLSession(std::shared_ptr<const Data> data) noexcept;

  std::shared_ptr<const Data> data_;
};

}  // namespace netlite
