// SPDX-License-Identifier: MIT
//
// The platform contract, section error: the system's own error numbers as std::error_codes.
// Thread-safety: any function may be called from any thread.
#pragma once

#include <system_error>

namespace netlite::platform {

/// An error of the system under its own number, comparable with std::errc, its message in UTF-8.
std::error_code systemError(int number);

/// An error of the resolver under its own number (getaddrinfo's EAI_ codes).
std::error_code resolverError(int number);

}  // namespace netlite::platform
