// SPDX-License-Identifier: MIT
//
// OpenSSL's errors in words that a person can act on.
// Thread-safety: OpenSSL's error queue belongs to the OS thread; these functions read that of the caller.
#pragma once

#include "ssl/openssl.hpp"
#include "ssl/thread_state.hpp"

#include <string>

namespace netlite::ssl {

/// Empties the queue, and lets it end with the thread. To be called before a call whose errors are to be examined.
/// OpenSSL's own function takes hundreds of instructions to empty a queue that is empty.
inline void clearErrors() noexcept {
  freeStateWithThread();
  if (ERR_peek_error() != 0) ERR_clear_error();
}

/// Throws std::bad_alloc, and clears the queue, if one of the errors in it is that memory ran out.
void throwIfOutOfMemory();

/// Removes the errors of the queue and returns the reason of the first one, from which the others follow.
std::string takeReason();

/// The peer's alert that is first in the queue; -1 if the first error is none.
int firstAlert() noexcept;

/// Whether an alert is about the handshake, even if it arrives after this side has ended its own.
bool concernsHandshake(int alert) noexcept;

/// Why this certificate was refused.
///
/// @param error       X509_V_ERR_*
/// @param certificate which of the chain it is about; may be null
/// @param host        the name that it should be for
/// @param isPeers     whether it is the peer's own certificate, not one of its chain
std::string verificationReason(int error, X509* certificate, const std::string& host, bool isPeers);

}  // namespace netlite::ssl
