// SPDX-License-Identifier: MIT
//
// The system's own socket addresses, as native_address.hpp needs them.
// Thread-safety: no state.
#pragma once

#include <winsock2.h>
// After winsock2.h, which it needs.
#include <ws2tcpip.h>

namespace netlite::platform {

using AddressLength = int;

}  // namespace netlite::platform
