// SPDX-License-Identifier: MIT
//
// The platform contract, section error: the system's own error numbers as std::error_codes.
// Thread-safety: any function may be called from any thread.
#pragma once

#include <system_error>

namespace netlite::platform {

/// An error of the system by its number. It compares with std::errc, and its message is UTF-8.
std::error_code systemError(int number);

/// An error of the resolver by its number (getaddrinfo's EAI_ codes).
std::error_code resolverError(int number);

}  // namespace netlite::platform
