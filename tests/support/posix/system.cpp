// SPDX-License-Identifier: MIT
//
// A POSIX system.
// Thread-safety: no shared state.
#include "support/system.hpp"

namespace netlite::test {

bool runsOnWindows() { return false; }

bool runsUnderWine() { return false; }

}  // namespace netlite::test
