// SPDX-License-Identifier: MIT
//
// NoCancellation: as long as it lives, no call of this thread is a point where pthread_cancel ends it. For destructors:
// what ends the thread there would end the program.
// Thread-safety: for the thread that makes it.
#pragma once

#include "platform/thread.hpp"

namespace netlite {

using NoCancellation = platform::NoCancellation;

}  // namespace netlite
