// SPDX-License-Identifier: MIT
//
// How to know that a thread sleeps: Windows does not tell.
// Thread-safety: no shared state.
#include "support/blocked_thread.hpp"

#include <string>

namespace netlite::test {

std::string currentTask() { return {}; }

std::string sleepingIn(const std::string&) { return {}; }

}  // namespace netlite::test
