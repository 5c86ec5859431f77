// SPDX-License-Identifier: MIT
//
// OpenSslPeer: a TLS peer that can do what netlite never does, as its records pass through the test's hands.
// Thread-safety: none; a peer belongs to one thread at a time.
#pragma once

#include "support/certificates.hpp"
#include "support/tls.hpp"

#include <netlite/netlite.hpp>
#include <netlite/ssl.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace netlite::test {

class OpenSslPeer {
 public:
  /// The client's side on a plain socket. It checks no certificate.
  explicit OpenSslPeer(Socket socket) : OpenSslPeer(std::move(socket), TLS_client_method()) {
    SSL_set_connect_state(connection_);
  }

  /// The server's side. It takes any key, however weak.
  OpenSslPeer(Socket socket, const TestCertificate& certificate) : OpenSslPeer(std::move(socket), TLS_server_method()) {
    SSL_set_accept_state(connection_);
    SSL_use_certificate(connection_, static_cast<X509*>(certificate.certificate()));
    SSL_use_PrivateKey(connection_, static_cast<EVP_PKEY*>(certificate.key()));
  }

  ~OpenSslPeer() {
    SSL_free(connection_);
    SSL_CTX_free(context_);
  }
  OpenSslPeer(const OpenSslPeer&) = delete;
  OpenSslPeer& operator=(const OpenSslPeer&) = delete;

  SSL* connection() { return connection_; }
  Socket& socket() { return socket_; }

  /// Allows one version of TLS only.
  void setVersion(int version) {
    SSL_set_min_proto_version(connection_, version);
    SSL_set_max_proto_version(connection_, version);
  }

  void handshake() {
    run([this] { return SSL_do_handshake(connection_); });
  }

  void write(const std::string& text) {
    run([&] { return SSL_write(connection_, text.data(), static_cast<int>(text.size())); });
  }

  /// The next bytes of the peer's program; empty at its close_notify.
  std::string read() {
    char buffer[16384];
    const int count = run([&] { return SSL_read(connection_, buffer, sizeof buffer); });
    return std::string(buffer, static_cast<std::size_t>(count));
  }

  void readUntil(const std::string& end) {
    for (std::string all; all.size() < end.size() || all.substr(all.size() - end.size()) != end;) all += read();
  }

  void updateKeys(bool isPeerToUpdateToo) {
    SSL_key_update(connection_, isPeerToUpdateToo ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
    run([this] { return SSL_do_handshake(connection_); });
  }

  void sayCloseNotify() {
    SSL_shutdown(connection_);
    flush();
  }

  /// Records that hold the text, for the test to send as it likes.
  std::string recordsOf(const std::string& text) {
    SSL_write(connection_, text.data(), static_cast<int>(text.size()));
    return takeRecords();
  }

  /// What OpenSSL wants to send.
  std::string takeRecords() {
    std::string records(BIO_ctrl_pending(output_), '\0');
    if (!records.empty()) BIO_read(output_, &records[0], static_cast<int>(records.size()));
    return records;
  }

  /// From now on inverts the last byte of one record. 0: the next record that is sent.
  void damageRecord(std::size_t number) { damaged_ = number; }

  void flush() { sendRaw(damage(takeRecords())); }
  void sendRaw(const std::string& bytes) { socket_.getOutputStream().write(bytes); }

 private:
  OpenSslPeer(Socket socket, const SSL_METHOD* method) : socket_(std::move(socket)), context_(SSL_CTX_new(method)) {
    SSL_CTX_set_security_level(context_, 0);
    connection_ = SSL_new(context_);
    input_ = BIO_new(BIO_s_mem());
    output_ = BIO_new(BIO_s_mem());
    SSL_set_bio(connection_, input_, output_);
  }

  // Does what OpenSSL wants until the call succeeds. Returns its result, 0 at close_notify.
  int run(const std::function<int()>& call) {
    for (;;) {
      ERR_clear_error();
      const int result = call();
      flush();
      if (result > 0) return result;
      const int error = SSL_get_error(connection_, result);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ) {
        const char* const reason = ERR_reason_error_string(ERR_peek_error());
        throw std::runtime_error(reason != nullptr ? reason : "OpenSSL failed");
      }
      char buffer[16384];
      const std::size_t count = socket_.getInputStream().read(buffer, sizeof buffer);
      if (count == 0) throw std::runtime_error("the connection ended");
      BIO_write(input_, buffer, static_cast<int>(count));
    }
  }

  std::string damage(std::string records) {
    constexpr std::size_t kHeader = 5;  // of a record: its kind, the version, its length
    for (std::size_t begin = 0; damaged_ && begin + kHeader <= records.size();) {
      const auto length = [&records, begin](std::size_t i) { return static_cast<unsigned char>(records[begin + i]); };
      const std::size_t end = begin + kHeader + length(3) * 256u + length(4);
      if ((*damaged_)-- == 0) {
        records[end - 1] = static_cast<char>(~records[end - 1]);
        damaged_.reset();
      }
      begin = end;
    }
    return records;
  }

  Socket socket_;
  SSL_CTX* context_;
  SSL* connection_ = nullptr;
  BIO* input_ = nullptr;
  BIO* output_ = nullptr;
  std::optional<std::size_t> damaged_;  // how many records come before the one to be damaged
};

/// A peer that has completed its handshake with a socket of a context.
struct PeerAndSocket {
  explicit PeerAndSocket(SSLContext& context, int version = TLS1_3_VERSION) : pair(connectedPair()) {
    peer = std::make_unique<OpenSslPeer>(std::move(pair.client));
    peer->setVersion(version);
    socket = context.acceptSocket(std::move(pair.server));
    const JoinedThread peersSide([this] { peer->handshake(); });
    SSLSession::of(socket);
  }

  Pair pair;
  std::unique_ptr<OpenSslPeer> peer;
  Socket socket;
};

}  // namespace netlite::test
