// SPDX-License-Identifier: MIT
//
// The client of the TLS workloads.
// Thread-safety: see the header.
#include "tls_client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bench {

namespace {

constexpr const char* kCipherSuite = "TLS_AES_256_GCM_SHA384";
constexpr const char* kGroup = "X25519";
constexpr std::size_t kReceiveSize = 1 << 18;  // bytes

TlsContext clientsContext() {
  TlsContext context = newTlsContext(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  require(SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1, "version");
  require(SSL_CTX_set_ciphersuites(context.get(), kCipherSuite) == 1, kCipherSuite);
  require(SSL_CTX_set1_groups_list(context.get(), kGroup) == 1, kGroup);
  return context;
}

SSL_CTX* context() {
  static const TlsContext made = clientsContext();
  return made.get();
}

}  // namespace

TlsClient::TlsClient(Descriptor socket, SSL_SESSION* resumed)
    : socket_(std::move(socket)), connection_(tlsOver(context(), socket_)) {
  if (resumed != nullptr) require(SSL_set_session(connection_.get(), resumed) == 1, "SSL_set_session");
  require(SSL_connect(connection_.get()) == 1, "SSL_connect");
}

TlsClient::~TlsClient() {
  SSL_shutdown(connection_.get());
  ERR_clear_error();
}

void TlsClient::exchange(std::string_view line) {
  send(line);
  answer_.resize(line.size());
  for (std::size_t got = 0; got < line.size();) {
    const std::size_t count = receiveSome(connection_.get(), &answer_[got], line.size() - got);
    if (count == 0) throw std::runtime_error("the server has closed");
    got += count;
  }
  if (answer_ != line) throw std::runtime_error("the answer is not the line sent: " + answer_);
}

void TlsClient::receive(std::size_t size) {
  static std::vector<char> block(kReceiveSize);
  while (size > 0) {
    const std::size_t count = receiveSome(connection_.get(), block.data(), std::min(size, block.size()));
    if (count == 0) throw std::runtime_error("the server has closed");
    size -= count;
  }
}

}  // namespace bench
