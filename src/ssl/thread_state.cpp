// SPDX-License-Identifier: MIT
#include "ssl/thread_state.hpp"

#include <openssl/crypto.h>

namespace netlite::ssl {

namespace {

// OpenSSL's own way works only on POSIX (Windows tells a DLL when a thread ends, but not a static library), and late
// there: after Thread::join has returned. A program that ends then would leak the memory.
struct ThreadState {
  ~ThreadState() { OPENSSL_thread_stop(); }
};

}  // namespace

void freeStateWithThread() noexcept { thread_local const ThreadState state; }

}  // namespace netlite::ssl
