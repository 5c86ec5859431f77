// SPDX-License-Identifier: MIT
//
// Workload: bulk bytes in blocks of 64 KiB over TLS 1.3 with TLS_AES_256_GCM_SHA384.
//
//   tls_bulk_read    the server reads what the client sends, and answers every 16 MiB with a byte
//   tls_bulk_write   the server writes 16 MiB whenever the client sends a byte
//
// The figure is bytes per second. The baseline is SSL_read and SSL_write.
#include "support/portion.hpp"
#include "support/report.hpp"
#include "support/tls_client.hpp"
#include "support/tls_contenders.hpp"

#include <string>

namespace {

using namespace bench;

void letRead(TlsClient& client) {
  static const std::string block(kBlock, 'x');
  for (std::size_t i = 0; i < kPortion / kBlock; ++i) client.send(block);
  client.receive(1);
}

void letWrite(TlsClient& client) {
  client.send("?");
  client.receive(kPortion);
}

void bulk(benchmark::State& state, const Contender& contender, Mode mode, void (*portion)(TlsClient&)) {
  TlsClient client(serverOf(contender, mode).port());
  warmUp(contender, mode, [&] { portion(client); });
  Stopwatch watch;
  for (auto _ : state) watch.time([&] { portion(client); });
  report(state, static_cast<double>(kPortion) / watch.medianMicroseconds(), "MB/s");
}

}  // namespace

int main(int count, char** arguments) {
  for (const Contender& contender : tlsContenders()) {
    add("tls_bulk_read", contender.name,
        [&contender](benchmark::State& state) { bulk(state, contender, Mode::read, letRead); });
  }
  for (const Contender& contender : tlsContenders()) {
    add("tls_bulk_write", contender.name,
        [&contender](benchmark::State& state) { bulk(state, contender, Mode::write, letWrite); });
  }
  return run(count, arguments);
}
