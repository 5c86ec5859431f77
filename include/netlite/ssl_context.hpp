// SPDX-License-Identifier: MIT
//
// SSLContext: makes sockets that speak TLS, javax.net.ssl.SSLContext and its factories in C++.
#pragma once

#include <netlite/export.hpp>
#include <netlite/inet_address.hpp>
#include <netlite/server_socket.hpp>
#include <netlite/socket.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace netlite {

/// The versions of TLS. Older ones do not exist here.
enum class SSLProtocol { tls12, tls13 };

/// Makes sockets that speak TLS: javax.net.ssl.SSLContext, its socket factories and its trust and key managers in one.
/// What it makes is a Socket or a ServerSocket, so that readers, writers, timeouts, close() from any thread, TcpServer
/// and every handler for plain sockets work unchanged.
///
/// ```cpp
/// netlite::SSLContext client;  // the system's trusted certificates; names are checked
/// netlite::Socket socket = client.createSocket("example.com", 443, 5s);
///
/// netlite::SSLContext context;
/// context.loadCertificate("chain.pem", "key.pem");
/// netlite::TcpServer server(context.createServerSocket(8443), [](netlite::Socket& peer) {  // as on a plain server
///   netlite::PrintWriter(peer.getOutputStream()).println("hello");
/// });
/// ```
///
/// Defaults:
/// - A client checks the server's certificate against the certificates that the system trusts, and its name as RFC 9525
///   says: only subject alternative names count, a star stands for the whole leftmost label, and an IP address has to
///   be listed as one. (Java's SSLSocket checks no names.) A server asks for no certificate.
/// - TLS 1.2 and 1.3, with the cipher suites that provide forward secrecy and authenticated encryption; keys that are
///   shorter than 2048 bits (RSA) or 224 bits (EC) and signatures by SHA-1 are refused on either side.
/// - No compression, no renegotiation, no early data ("0-RTT").
/// - Sessions are resumed by tickets, on a client for the same host and port only, and as long as the context is not
///   changed.
///
/// The handshake: createSocket() completes it before it returns. A socket from a server socket completes it at its
/// first read or write, or in SSLSession::of(), in the thread that calls these, so that a silent client holds up no
/// other one. It is part of that call: setSoTimeout and setWriteTimeout are deadlines for both together. One that
/// passes leaves the handshake to be continued by the next call. The handshake timeout ends it for good. A failed
/// handshake is sticky: every later read and write throws the same exception.
///
/// What differs on a socket that speaks TLS:
/// - The end of the stream is the peer's close_notify. A connection that just ends could have been cut by anyone on the
///   way, and is an SSLException ("cut short"), never a clean end.
/// - close() and the destructor send close_notify if that needs no waiting: not while another thread's write waits for
///   room, and not with setSoLinger(true, 0). shutdownOutput() sends it and may therefore wait for room, until the
///   write timeout; the other direction goes on.
/// - bytesTransferred() of a write counts the bytes that are encrypted, even if they are still to be sent. The next
///   write sends these first, so continuing with the rest neither loses nor doubles a byte.
/// - A timed write that waits for room opens a descriptor for the time of its wait, as on a Unix-domain socket.
/// - InputStream::transferTo from a file does not use sendfile.
/// - nativeHandle() is the connection below. What is read from it or written to it directly is not part of the TLS
///   stream, and breaks it.
/// - After fork, parent and child must not both use the connection: its keys change with every record. close() says
///   close_notify only in the process that has completed the handshake and has not forked since.
///
/// A context is a light handle: copies share their settings. A change holds for connections that are made or accepted
/// from then on, so that a running server can renew its certificate by loadCertificate().
///
/// Thread-safety: every member may be called from any thread, except moving and destroying, as for any C++ object.
///
/// Unless documented otherwise, members do not block and throw only std::bad_alloc.
class NETLITE_SSL_API SSLContext {
 public:
  /// Creates a context with the default settings and no certificate.
  SSLContext();

  /// Another handle on the same settings.
  SSLContext(const SSLContext&);

  /// Refers to the other handle's settings from now on.
  SSLContext& operator=(const SSLContext&);
  ~SSLContext();

  /// Loads the certificate that this side shows, in place of an earlier one: a server always, a client if the server
  /// asks for one.
  ///
  /// @param chainFile PEM: the certificate, then those that lead to a trusted one
  /// @param keyFile   PEM: the certificate's private key
  /// @param password  of the private key, if it is encrypted
  /// @throws SSLException a file cannot be read or has something else in it, the password is wrong, the key does not
  ///                      belong to the certificate, or either is too weak
  void loadCertificate(const std::string& chainFile, const std::string& keyFile, const std::string& password = "");

  /// Adds a certificate that a server shows to clients that ask for this host name (SNI), in place of an earlier one
  /// for the same name. Clients that ask for no name or for another one get that of loadCertificate().
  ///
  /// @param hostName  "example.com", or "*.example.com" for all names with one more label; the exact name wins
  /// @param chainFile as for loadCertificate()
  /// @param keyFile   as for loadCertificate()
  /// @param password  as for loadCertificate()
  /// @throws std::invalid_argument the name is empty or malformed
  /// @throws SSLException          as loadCertificate()
  void addCertificate(const std::string& hostName, const std::string& chainFile, const std::string& keyFile,
                      const std::string& password = "");

  /// Trusts the certificates of a file, instead of those that the system trusts. May be called again to add more.
  ///
  /// @param file PEM: one or more certificates; those of authorities, or the peer's own
  /// @throws SSLException the file cannot be read, or has no certificate in it
  void loadTrustedCertificates(const std::string& file);

  /// Sets whether a server requires a certificate of its clients: without one that it trusts, the handshake fails. As
  /// in Java, the last call of setNeedClientAuth and setWantClientAuth counts. With TLS 1.3 the client has completed
  /// its side of the handshake by then: createSocket() succeeds, and its first read throws the SSLHandshakeException.
  void setNeedClientAuth(bool on);

  /// Sets whether a server asks its clients for a certificate. A client without one is served; with one that is not
  /// trusted, the handshake fails.
  void setWantClientAuth(bool on);

  /// Sets the versions of TLS. The default is tls12 to tls13.
  ///
  /// @throws std::invalid_argument `highest` is lower than `lowest`
  void setProtocols(SSLProtocol lowest, SSLProtocol highest);

  /// Sets the cipher suites, the best first.
  ///
  /// @param list OpenSSL's names with ':' between them, as in "TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384". TLS
  ///             1.3 and TLS 1.2 have different ones; a version that no name is for keeps its defaults
  /// @throws std::invalid_argument a name is unknown, or the list is empty
  void setCipherSuites(const std::string& list);

  /// Sets the application protocols (ALPN), the best first; none by default. The server's order decides. If both sides
  /// have some and none in common, the handshake fails (RFC 7301).
  ///
  /// @param protocols their names, as in {"h2", "http/1.1"}
  /// @throws std::invalid_argument a name is empty or longer than 255 bytes, or all are too long together
  void setApplicationProtocols(const std::vector<std::string>& protocols);

  /// Sets how long a handshake may take, on either side and besides the sockets' timeouts. The default is 10 s.
  ///
  /// @param timeout in milliseconds; 0: no limit
  /// @throws std::invalid_argument `timeout` is negative
  void setHandshakeTimeout(std::chrono::milliseconds timeout);

  /// Sets whether a client checks that the server's certificate is for the host that it wants. On by default. Without
  /// this check, everyone who has any trusted certificate can pose as the server.
  void setVerifyHostName(bool on);

  /// Connects to a host and completes the handshake. Blocks as Socket(host, port, timeout) does and for the handshake.
  ///
  /// @param host    its name or literal address; sent to the server (a name) and checked against its certificate
  /// @param port    1 to 65535
  /// @param timeout for the lookup, the connection and the handshake together, in milliseconds; 0: no limit but the
  ///                handshake timeout
  /// @throws std::invalid_argument  the port is out of range, the timeout is negative, or the host is empty, begins
  ///                                with a dot or has a NUL in it
  /// @throws SSLHandshakeException  the handshake failed
  /// @throws SocketTimeoutException a timeout passed
  /// @throws IOException            what Socket(host, port, timeout) throws; SocketException if the connection was
  ///                                reset during the handshake
  Socket createSocket(const std::string& host, int port,
                      std::chrono::milliseconds timeout = std::chrono::milliseconds(0));

  /// Completes the client's side of a handshake on a connected socket: after STARTTLS, or through a tunnel. Blocks for
  /// the handshake, whose deadline is the socket's read timeout besides the handshake timeout. If it fails, the
  /// connection is closed. Streams of the socket that exist go on and speak TLS, but bytes that a reader has already
  /// buffered are not part of the TLS stream.
  ///
  /// @param connected the connection
  /// @param host      as above
  /// @throws std::invalid_argument  the host is empty, begins with a dot or has a NUL in it
  /// @throws SSLHandshakeException  the handshake failed
  /// @throws SocketTimeoutException a timeout passed
  /// @throws SocketException        the socket is not connected, closed or speaks TLS already, or the connection was
  ///                                reset
  Socket createSocket(Socket connected, const std::string& host);

  /// Creates a server socket whose accepted sockets speak TLS. Each completes its handshake in the thread that uses it.
  ///
  /// @param port        0 to 65535; 0: the system chooses
  /// @param backlog     as for ServerSocket
  /// @param bindAddress as for ServerSocket
  /// @throws std::invalid_argument the port is out of range
  /// @throws BindException         as ServerSocket
  ServerSocket createServerSocket(int port, int backlog = 0, const InetAddress& bindAddress = InetAddress());

  /// Makes the accepted sockets of a server socket speak TLS: one for Unix-domain clients, or one with options that are
  /// set before bind().
  ///
  /// @throws SocketException the server socket is closed, or its accepted sockets speak TLS already
  ServerSocket wrap(ServerSocket server);

  /// The server's side of a connected socket, for STARTTLS: it speaks TLS from now on. The handshake is completed as
  /// for a socket from a server socket. Does not block, unless another thread reads or writes.
  ///
  /// @throws SocketException the socket is not connected, closed or speaks TLS already
  Socket acceptSocket(Socket connected);

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace netlite
