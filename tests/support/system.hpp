// SPDX-License-Identifier: MIT
//
// What a test has to know of the system it runs on, often to skip what cannot hold there.
// Thread-safety: no shared state.
#pragma once

#include <string>

namespace netlite::test {

/// Windows, or what stands in for it.
bool runsOnWindows();

/// Wine, which differs from Windows here and there.
bool runsUnderWine();

/// The name of the loopback network interface.
std::string loopbackInterface();

}  // namespace netlite::test
