// SPDX-License-Identifier: MIT
//
// netlite with TLS: the listener is another one, the handlers are the same.
// Thread-safety: each connection belongs to its thread.
#include "netlite_handlers.hpp"
#include "tls_contenders.hpp"

#include <netlite/ssl.hpp>

namespace bench {

namespace {

netlite::ServerSocket tlsListener() {
  netlite::SSLContext context;
  context.loadCertificate(certificateFile(), keyFile());
  return context.createServerSocket(0, 0, netlite::InetAddress::getLoopbackAddress());
}

}  // namespace

void serveNetliteTls(Mode mode) { serveNetlite(tlsListener(), mode, false); }
void serveVirtualTls(Mode mode) { serveNetlite(tlsListener(), mode, true); }

}  // namespace bench
