// SPDX-License-Identifier: MIT
//
// support/system.hpp for POSIX.
// Thread-safety: no shared state.
#include "support/system.hpp"

#include <net/if.h>

#include <string>

namespace netlite::test {

bool runsOnWindows() { return false; }

bool runsUnderWine() { return false; }

std::string loopbackInterface() { return if_nametoindex("lo") != 0 ? "lo" : "lo0"; }  // Linux and the BSDs

}  // namespace netlite::test
