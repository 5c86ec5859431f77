// SPDX-License-Identifier: MIT
//
// NoFork: as long as one lives, a fork of another thread waits, so that what is changed meanwhile is whole in the
// child. For a few instructions only, and without allocating or freeing memory. Thread-safety: for the thread that
// makes it.
#pragma once

#include "platform/process.hpp"

namespace netlite {

using NoFork = platform::NoFork;

}  // namespace netlite
