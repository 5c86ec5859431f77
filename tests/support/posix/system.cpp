// SPDX-License-Identifier: MIT
//
// A POSIX system.
// Thread-safety: no shared state.
#include "support/system.hpp"

#include <string>

namespace netlite::test {

bool runsOnWindows() { return false; }

bool runsUnderWine() { return false; }

std::string loopbackInterface() { return "lo"; }  // Linux's

}  // namespace netlite::test
