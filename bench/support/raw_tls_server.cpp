// SPDX-License-Identifier: MIT
//
// The baseline of the TLS workloads: a thread per connection, OpenSSL on its descriptor.
// Thread-safety: each connection belongs to its thread.
#include "portion.hpp"
#include "raw_lines.hpp"
#include "raw_tls.hpp"
#include "tls_contenders.hpp"

#include <signal.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

void echoLines(SSL* client) {
  RawLineReader in([client](char* buffer, std::size_t size) { return receiveSome(client, buffer, size); });
  std::string line;
  for (std::string_view found = in.next(); !found.empty(); found = in.next()) {
    line.assign(found);
    sendAll(client, line);
  }
}

void readPortions(SSL* client) {
  std::vector<char> block(kBlock);
  for (std::size_t left = kPortion;; left = kPortion) {
    while (left > 0) {
      const std::size_t count = receiveSome(client, block.data(), std::min(left, block.size()));
      if (count == 0) return;
      left -= count;
    }
    sendAll(client, "!");
  }
}

void writePortions(SSL* client) {
  const std::string block(kBlock, 'x');
  for (char request = 0; receiveSome(client, &request, 1) == 1;) {
    for (std::size_t i = 0; i < kPortion / kBlock; ++i) sendAll(client, block);
  }
}

void serve(SSL* client, Mode mode) {
  require(SSL_accept(client) == 1, "SSL_accept");
  if (mode == Mode::flush) echoLines(client);
  if (mode == Mode::read) readPortions(client);
  if (mode == Mode::write) writePortions(client);
  SSL_shutdown(client);
}

void serveUntilItFails(const Descriptor& socket, SSL_CTX* context, Mode mode) {
  try {
    serve(tlsOver(context, socket).get(), mode);
  } catch (const std::runtime_error&) {  // the client is gone: its connection ends
  }
}

TlsContext serversContext() {
  TlsContext context = newTlsContext(TLS_server_method());
  require(SSL_CTX_use_certificate_chain_file(context.get(), certificateFile().c_str()) == 1, "certificate");
  require(SSL_CTX_use_PrivateKey_file(context.get(), keyFile().c_str(), SSL_FILETYPE_PEM) == 1, "key");
  return context;
}

}  // namespace

void serveRawTls(Mode mode) {
  ::signal(SIGPIPE, SIG_IGN);
  const TlsContext context = serversContext();
  const Descriptor listener = listenOnLoopback();
  announcePort(portOf(listener));
  for (;;) {
    Descriptor client = acceptFrom(listener);
    setNoDelay(client.get());
    std::thread([client = std::move(client), &context, mode] {
      serveUntilItFails(client, context.get(), mode);
    }).detach();
  }
}

}  // namespace bench
