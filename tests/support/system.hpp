// SPDX-License-Identifier: MIT
//
// Facts about the system that tests run on, often to skip what cannot hold there.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace netlite::test {

/// Windows or Wine.
bool runsOnWindows();

/// Wine, which differs from Windows in some details.
bool runsUnderWine();

/// qemu-user, which lacks some of Linux's system calls and options.
bool runsUnderQemu();

/// The name of the loopback network interface.
std::string loopbackInterface();

}  // namespace netlite::test
