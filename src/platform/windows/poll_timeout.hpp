// SPDX-License-Identifier: MIT
//
// Timeouts for the system calls that wait, which count in milliseconds.
// Thread-safety: no shared state.
#pragma once

#include <algorithm>
#include <chrono>
#include <climits>

namespace netlite::platform {

/// The timeout for WSAPoll; as a DWORD that for other calls, since -1 is INFINITE. A longer wait ends early with
/// nothing ready, which the contracts allow.
inline int pollTimeout(std::chrono::milliseconds timeout) {
  if (timeout == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::chrono::milliseconds::rep>(timeout.count(), INT_MAX));
}

}  // namespace netlite::platform
