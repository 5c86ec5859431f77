// SPDX-License-Identifier: MIT
//
// OpenSSL's memory of a thread, for POSIX.
// Thread-safety: see the header.
#include "ssl/thread_state.hpp"

namespace netlite::ssl {

// OpenSSL has a destructor for it (pthread_key_create).
void freeStateWithThread() noexcept {}

}  // namespace netlite::ssl
