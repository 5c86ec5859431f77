// SPDX-License-Identifier: MIT
//
// Workload: connect, hand-shake, send a line, receive it back, close; one client after the other. TLS 1.3 with
// TLS_AES_256_GCM_SHA384, X25519 and a P-256 certificate.
//
//   tls_handshakes/full      the server signs with its key
//   tls_handshakes/resumed   the client shows the ticket of the connection before
//
// The figure is connections per second. The connections rotate through many source addresses, since a port is not free
// again immediately after its use.
#include "support/line_client.hpp"
#include "support/report.hpp"
#include "support/tls_client.hpp"
#include "support/tls_contenders.hpp"

#include <string>
#include <utility>

namespace {

using namespace bench;

constexpr int kConnections = 20;  // per iteration

/// Connects one client after the other. Each resumes the session of the one before, or none does.
class Connector {
 public:
  Connector(int port, bool resumes) : port_(port), resumes_(resumes) {}

  void connectAndLeave() {
    TlsClient client(connectedFromAnyAddress(port_), session_.get());
    client.exchange(line_);
    all_resumed_ = all_resumed_ && client.isResumed();
    if (resumes_) session_ = client.session();
  }

  /// Whether the connections since the last call have resumed sessions.
  bool haveAllResumed() { return std::exchange(all_resumed_, true); }

 private:
  const int port_;
  const bool resumes_;
  const std::string line_ = lineOf(32);
  TlsSession session_;
  bool all_resumed_ = true;
};

void handshakes(benchmark::State& state, const Contender& contender, bool resumes) {
  Connector connector(serverOf(contender, Mode::flush).port(), resumes);
  const auto connectAndLeave = [&] {
    for (int i = 0; i < kConnections; ++i) connector.connectAndLeave();
  };
  warmUp(contender, Mode::flush, connectAndLeave);
  connectAndLeave();  // gets a ticket
  connector.haveAllResumed();
  Stopwatch watch;
  for (auto _ : state) watch.time(connectAndLeave);
  if (connector.haveAllResumed() != resumes) return state.SkipWithError("the server does not resume sessions");
  report(state, kConnections * 1e6 / watch.medianMicroseconds(), "connections/s");
}

}  // namespace

int main(int count, char** arguments) {
  for (const bool resumes : {false, true}) {
    for (const Contender& contender : tlsContenders()) {
      add(resumes ? "tls_handshakes/resumed" : "tls_handshakes/full", contender.name,
          [&contender, resumes](benchmark::State& state) { handshakes(state, contender, resumes); });
    }
  }
  return run(count, arguments);
}
