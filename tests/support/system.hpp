// SPDX-License-Identifier: MIT
//
// What a test has to know of the system it runs on, to skip what cannot hold there.
// Thread-safety: no shared state.
#pragma once

namespace netlite::test {

/// Windows, or what stands in for it.
bool runsOnWindows();

/// Wine, which differs from Windows here and there.
bool runsUnderWine();

}  // namespace netlite::test
