// SPDX-License-Identifier: MIT
//
// NoCancellation: while it lives, pthread_cancel does not end its thread, which in a destructor would end the program.
// Thread-safety: belongs to the thread that creates it.
#pragma once

#include "platform/thread.hpp"

namespace netlite {

using NoCancellation = platform::NoCancellation;

}  // namespace netlite
