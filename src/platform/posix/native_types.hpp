// SPDX-License-Identifier: MIT
//
// The system's own socket addresses, as native_address.hpp needs them.
// Thread-safety: no state.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

namespace netlite::platform {

using AddressLength = socklen_t;

}  // namespace netlite::platform
