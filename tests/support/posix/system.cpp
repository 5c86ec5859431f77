// SPDX-License-Identifier: MIT
//
// support/system.hpp for POSIX.
// Thread-safety: no shared state.
#include "support/system.hpp"

#include <net/if.h>

#include <fstream>
#include <string>

namespace netlite::test {

bool runsOnWindows() { return false; }

bool runsUnderWine() { return false; }

bool runsUnderQemu() {
  std::ifstream file("/proc/self/comm");  // not emulated: the name of the program that this machine runs
  std::string name;
  return std::getline(file, name) && name.compare(0, 5, "qemu-") == 0;
}

std::string loopbackInterface() { return if_nametoindex("lo") != 0 ? "lo" : "lo0"; }  // Linux and the BSDs

}  // namespace netlite::test
