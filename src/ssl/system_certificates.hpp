// SPDX-License-Identifier: MIT
//
// The certificates that the system trusts. posix/ and windows/ implement it.
// Thread-safety: any function may be called from any thread.
#pragma once

#include "ssl/openssl.hpp"

namespace netlite::ssl {

/// Adds the certificates that the system trusts to a store. False if memory runs out.
bool addSystemCertificates(X509_STORE* store);

}  // namespace netlite::ssl
