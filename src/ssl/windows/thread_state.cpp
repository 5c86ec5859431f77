// SPDX-License-Identifier: MIT
//
// OpenSSL's memory of a thread, for Windows.
// Thread-safety: see the header.
#include "ssl/thread_state.hpp"

#include <openssl/crypto.h>

namespace netlite::ssl {

namespace {

// Windows tells a DLL when a thread ends, but not a static library.
struct ThreadState {
  ~ThreadState() { OPENSSL_thread_stop(); }
};

}  // namespace

void freeStateWithThread() noexcept { thread_local const ThreadState state; }

}  // namespace netlite::ssl
