// SPDX-License-Identifier: MIT
//
// The system's trusted certificates, for POSIX.
// Thread-safety: see the header.
#include "ssl/system_certificates.hpp"

namespace netlite::ssl {

// OpenSSL knows where they are, or the variables SSL_CERT_FILE and SSL_CERT_DIR of the environment say it.
bool addSystemCertificates(X509_STORE* store) { return X509_STORE_set_default_paths(store) == 1; }

}  // namespace netlite::ssl
