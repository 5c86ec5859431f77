// SPDX-License-Identifier: MIT
//
// What tests of TLS start with: an authority, a server's certificate that it has signed, and contexts that use them.
// Thread-safety: as for the members.
#pragma once

#include "support/certificates.hpp"
#include "support/loopback.hpp"
#include "support/scratch_folder.hpp"

#include <netlite/netlite.hpp>
#include <netlite/ssl.hpp>

#include <cstddef>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace netlite::test {

inline void writeFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

/// A certificate with its files.
class CertificateFiles {
 public:
  CertificateFiles(const TestCertificate& certificate, const std::string& password = "",
                   const TestCertificate* intermediate = nullptr) {
    writeFile(chain(), certificate.pem() + (intermediate != nullptr ? intermediate->pem() : ""));
    writeFile(key(), certificate.keyPem(password));
  }

  std::string chain() const { return folder_ / "chain.pem"; }
  std::string key() const { return folder_ / "key.pem"; }

  void loadInto(SSLContext& context, const std::string& password = "") const {
    context.loadCertificate(chain(), key(), password);
  }

 private:
  ScratchFolder folder_;
};

/// A client that trusts an authority, and a server with a certificate for localhost that it has signed.
struct TlsContexts {
  TestCertificate authority{authorityOptions()};
  TestCertificate certificate{{}, &authority};
  CertificateFiles authorityFiles{authority};
  CertificateFiles files{certificate};
  SSLContext client;
  SSLContext server;

  TlsContexts() {
    client.loadTrustedCertificates(authorityFiles.chain());
    files.loadInto(server);
  }
};

/// Runs `work` in an OS thread. Its end joins.
class JoinedThread {
 public:
  explicit JoinedThread(std::function<void()> work) : thread_(std::move(work)) {}
  ~JoinedThread() { thread_.join(); }
  JoinedThread(const JoinedThread&) = delete;
  JoinedThread& operator=(const JoinedThread&) = delete;

 private:
  std::thread thread_;
};

inline ServerSocket tlsServer(SSLContext& context) {
  return context.createServerSocket(0, 0, InetAddress::getLoopbackAddress());
}

/// What became of a handshake.
struct Attempt {
  Pair pair;
  std::exception_ptr client;  // why the client's side failed; null: it did not
  std::exception_ptr server;  // as above
};

/// What went wrong, "" if nothing.
inline std::string whatOf(const std::exception_ptr& failure) {
  if (failure == nullptr) return {};
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    return exception.what();
  }
}

template <typename Exception>
bool is(const std::exception_ptr& failure) {
  if (failure == nullptr) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const Exception&) {
    return true;
  } catch (...) {
    return false;
  }
}

template <typename Action>
std::exception_ptr failureOf(Action action) {
  try {
    action();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

/// Whether the text has the part in it.
inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A plain connection whose server's side is a socket of the context.
inline Pair halfTlsPair(SSLContext& server) {
  ServerSocket listener = tlsServer(server);
  Socket client(InetAddress::getLoopbackAddress(), listener.getLocalPort());
  Socket accepted = listener.accept();
  return {std::move(client), std::move(accepted)};
}

/// Runs both sides of a handshake.
inline Attempt attempt(SSLContext& client, SSLContext& server, const std::string& host = "localhost") {
  Attempt made;
  made.pair = halfTlsPair(server);
  {
    const JoinedThread serversSide([&] {
      made.server = failureOf([&] { SSLSession::of(made.pair.server); });
      if (made.server != nullptr) made.pair.server.close();
    });
    made.client = failureOf([&] { made.pair.client = client.createSocket(std::move(made.pair.client), host); });
  }
  return made;
}

/// Two sockets that have completed their handshake.
inline Pair tlsPair(SSLContext& client, SSLContext& server, const std::string& host = "localhost") {
  Attempt made = attempt(client, server, host);
  if (made.client) std::rethrow_exception(made.client);
  if (made.server) std::rethrow_exception(made.server);
  return std::move(made.pair);
}

}  // namespace netlite::test
