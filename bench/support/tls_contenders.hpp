// SPDX-License-Identifier: MIT
//
// The contenders that speak TLS. All have the same certificate, of a P-256 key. The client offers one protocol version,
// one cipher suite and one group, so all agree on the same.
// Thread-safety: none; used by the benchmark's one thread.
#pragma once

#include "contenders.hpp"

#include <string>
#include <vector>

namespace bench {

const std::vector<Contender>& tlsContenders();

/// The files of the certificate and its key (PEM). They exist as long as the benchmark runs.
const std::string& certificateFile();
const std::string& keyFile();

// The servers, for Mode::flush, read and write. Each announces its port and never returns.
void serveRawTls(Mode mode);
void serveNetliteTls(Mode mode);
void serveVirtualTls(Mode mode);
void serveAsioTls(Mode mode);
void servePocoTls(Mode mode);

}  // namespace bench
