// SPDX-License-Identifier: MIT
//
// Starts the example programs with TLS.
// Thread-safety: that of Process.
#pragma once

#include "support/programs.hpp"
#include "support/tls.hpp"

#include <string>
#include <vector>

namespace netlite::test {

/// Starts a server that shows a certificate.
inline Server tlsServerProgram(const std::string& name, const CertificateFiles& files,
                               const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"0", "--certificate", files.chain(), "--key", files.key()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Server(name, arguments);
}

/// Starts a client that trusts an authority.
inline Process tlsClientProgram(const std::string& name, int port, const CertificateFiles& authority,
                                std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--ca", authority.chain()});
  return client(name, port, more);
}

}  // namespace netlite::test
