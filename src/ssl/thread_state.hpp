// SPDX-License-Identifier: MIT
//
// What OpenSSL keeps for each OS thread.
// Thread-safety: any function may be called from any thread.
#pragma once

namespace netlite::ssl {

/// Sees to it that OpenSSL frees its memory of the calling OS thread when the thread ends. Called before each use of
/// OpenSSL in which threads of the user take part.
void freeStateWithThread() noexcept;

}  // namespace netlite::ssl
