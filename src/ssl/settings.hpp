// SPDX-License-Identifier: MIT
//
// Settings: what a user has set in an SSLContext, and the OpenSSL contexts made of it.
// Thread-safety: as documented for each.
#pragma once

#include "base/thread_annotations.hpp"
#include "ssl/annotated_mutex.hpp"
#include "ssl/identity.hpp"
#include "ssl/openssl.hpp"
#include "ssl/session_cache.hpp"

#include <netlite/ssl_context.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace netlite::ssl {

class Setup;

/// Which certificates a server asks its clients for.
enum class ClientAuth { none, wanted, needed };

/// A value. Identities and certificates are shared between copies and never changed.
struct Settings {
  std::shared_ptr<const Identity> identity;
  std::map<std::string, std::shared_ptr<const Identity>> identitiesByName;  // in lower case
  std::vector<std::shared_ptr<const Certificates>> trusted;                 // empty: those of the system
  ClientAuth clientAuth = ClientAuth::none;
  SSLProtocol lowest = SSLProtocol::tls12;
  SSLProtocol highest = SSLProtocol::tls13;
  std::string cipherList;            // of TLS 1.2; empty: the default
  std::string cipherSuites;          // of TLS 1.3; empty: the default
  std::string applicationProtocols;  // each with its length in front, as on the wire
  std::chrono::milliseconds handshakeTimeout{10000};
  bool verifiesHostName = true;
};

/// What a connection's callbacks need to know, and what they find out. It is the connection's "app data".
struct Notes {
  std::string host;        // of a client's: whose certificate it wants
  std::string server;      // of a client's: what its sessions may be resumed with
  Setup* setup = nullptr;  // where its sessions are kept
  std::string refusal;     // why the handshake must fail, in words; empty: OpenSSL knows
};

/// An OpenSSL context with what is the same for all: no compression, no renegotiation, no early data, no weak keys.
OwnedContext newContext(const SSL_METHOD* method);

/// Checks the names of SSLContext::setCipherSuites, and puts each into the setting that it belongs to.
/// @throws std::invalid_argument
void setCipherSuites(Settings& settings, const std::string& list);

/// The settings of the connections that were made between two changes, and what these share.
///
/// Thread-safety: every member may be called from any thread.
class Setup {
 public:
  explicit Setup(Settings settings) : settings_(std::move(settings)) {}
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  const Settings& settings() const noexcept { return settings_; }

  /// A connection of the server's or the client's side.
  ///
  /// @param notes have to outlive the connection
  OwnedSsl newServer(Notes& notes);
  OwnedSsl newClient(Notes& notes);

  /// The certificate for the name that a client has asked for, which may be null or empty. Null if there is none.
  const Identity* identityFor(const char* name) const;

  SessionCache& sessions() noexcept { return sessions_; }

 private:
  OwnedContext makeServer();
  OwnedContext makeClient();
  OwnedContext makeContext(const SSL_METHOD* method);
  void setTrust(SSL_CTX* context);

  const Settings settings_;
  AnnotatedMutex mutex_;
  OwnedContext server_ NETLITE_GUARDED_BY(mutex_);  // null until the first connection
  OwnedContext client_ NETLITE_GUARDED_BY(mutex_);  // as above
  SessionCache sessions_;
};

}  // namespace netlite::ssl
