// SPDX-License-Identifier: MIT
//
// The options with which servers and clients speak TLS. The conversation is the same as without.
// Thread-safety: no shared state.
#pragma once

#include "support/arguments.hpp"

#include <netlite/netlite.hpp>
#ifdef EXAMPLE_HAS_TLS
#include <netlite/ssl.hpp>
#endif

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace example {

/// The options of the TCP servers. One needs the other.
inline const Option kCertificateOption{"--certificate", "FILE", "speak TLS; FILE has the server's certificate (PEM)"};
inline const Option kKeyOption{"--key", "FILE", "the certificate's private key (PEM)"};

/// The options of the TCP clients. The second one implies the first one.
inline const Option kTlsOption{"--tls", "", "speak TLS, and check the server's name"};
inline const Option kCaOption{"--ca", "FILE", "trust the certificates of FILE (PEM), not those of the system"};

#ifdef EXAMPLE_HAS_TLS
using TlsContext = netlite::SSLContext;

/// @throws UsageError a file cannot be used
inline void loadFiles(const std::function<void()>& load) {
  try {
    load();
  } catch (const netlite::SSLException& e) {
    throw UsageError(e.what());
  }
}
#else
struct TlsContext {};
#endif

/// What a server does about TLS: nothing unless kCertificateOption and kKeyOption were given.
class ServerTls {
 public:
  /// @throws UsageError a file cannot be used, one of the options is missing, or there is no TLS in this build
  explicit ServerTls(const Arguments& arguments) : is_on_(arguments.has(kCertificateOption.name)) {
    if (is_on_ != arguments.has(kKeyOption.name)) {
      throw UsageError(is_on_ ? "--certificate needs --key" : "--key needs --certificate");
    }
    if (!is_on_) return;
#ifdef EXAMPLE_HAS_TLS
    loadFiles(
        [&] { context_.loadCertificate(arguments.value(kCertificateOption.name), arguments.value(kKeyOption.name)); });
#else
    throw UsageError("--certificate: this program was built without OpenSSL");
#endif
  }

  /// The clients of what this returns speak TLS, if the server does.
  netlite::ServerSocket protect(netlite::ServerSocket server) {
#ifdef EXAMPLE_HAS_TLS
    if (is_on_) return context_.wrap(std::move(server));
#endif
    return server;
  }

 private:
  const bool is_on_;
  [[maybe_unused]] TlsContext context_;
};

/// What a client does about TLS: nothing unless kTlsOption or kCaOption was given.
class ClientTls {
 public:
  /// @param tls the option that takes the place of kTlsOption
  /// @throws UsageError the file cannot be used, or there is no TLS in this build
  explicit ClientTls(const Arguments& arguments, const Option& tls = kTlsOption)
      : is_on_(arguments.has(tls.name) || arguments.has(kCaOption.name)) {
    if (!is_on_) return;
#ifdef EXAMPLE_HAS_TLS
    for (const std::string& file : arguments.all(kCaOption.name)) {
      loadFiles([&] { context_.loadTrustedCertificates(file); });
    }
#else
    throw UsageError(tls.name + ": this program was built without OpenSSL");
#endif
  }

  /// Connects, and speaks TLS if the client does.
  netlite::Socket connect(const std::string& host, int port, std::chrono::milliseconds timeout) {
#ifdef EXAMPLE_HAS_TLS
    if (is_on_) return context_.createSocket(host, port, timeout);
#endif
    return netlite::Socket(host, port, timeout);
  }

  /// The same for a connection that exists.
  ///
  /// @param host whom the server's certificate has to name
  netlite::Socket protect(netlite::Socket connected, [[maybe_unused]] const std::string& host = "localhost") {
#ifdef EXAMPLE_HAS_TLS
    if (is_on_) return context_.createSocket(std::move(connected), host);
#endif
    return connected;
  }

 private:
  const bool is_on_;
  [[maybe_unused]] TlsContext context_;
};

}  // namespace example
