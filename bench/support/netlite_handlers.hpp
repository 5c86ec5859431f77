// SPDX-License-Identifier: MIT
//
// What netlite's servers do with a client. Whether the socket speaks TLS makes no difference.
// Thread-safety: each connection belongs to its thread.
#pragma once

#include "contenders.hpp"

#include <netlite/netlite.hpp>

namespace bench {

netlite::TcpServer::Handler handlerOf(Mode mode);

/// Announces the port and serves until the process ends.
void serveNetlite(netlite::ServerSocket listener, Mode mode, bool virtualThreads);

}  // namespace bench
