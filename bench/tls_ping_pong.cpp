// SPDX-License-Identifier: MIT
//
// Workload: ping_pong over TLS 1.3 with TLS_AES_256_GCM_SHA384.
//
//   tls_ping_pong/32     lines of 32 bytes, including the line feed
//   tls_ping_pong/1024   lines of 1 KiB
//
// The figure is the median time of a round trip. The baseline is SSL_read, memchr and SSL_write.
#include "support/ping_pong.hpp"
#include "support/tls_client.hpp"
#include "support/tls_contenders.hpp"

int main(int count, char** arguments) {
  bench::addPingPongs<bench::TlsClient>("tls_ping_pong", bench::tlsContenders());
  return bench::run(count, arguments);
}
