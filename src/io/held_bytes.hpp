// SPDX-License-Identifier: MIT
//
// What a stream that holds bytes of another one adds to it.
// Thread-safety: no shared state.
#pragma once

#include <netlite/exceptions.hpp>
#include <netlite/input_stream.hpp>

#include <cstddef>

namespace netlite {

/// How many bytes are available to a stream that holds `held` bytes before those of `below`. If `below` fails, those
/// that are held can still be read.
inline std::size_t availableAfter(std::size_t held, InputStream& below) {
  try {
    return held + below.available();
  } catch (const IOException&) {
    if (held == 0) throw;
    return held;
  }
}

/// Skips `count` bytes of `below`; a timeout reports that the whole call had skipped `before` more.
inline std::size_t skipAfter(std::size_t before, InputStream& below, std::size_t count) {
  if (count == 0) return before;
  try {
    return before + below.skip(count);
  } catch (const SocketTimeoutException& timeout) {
    throw SocketTimeoutException(timeout, before + timeout.bytesTransferred());
  }
}

}  // namespace netlite
