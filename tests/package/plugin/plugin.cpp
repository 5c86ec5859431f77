// SPDX-License-Identifier: MIT
//
// A plugin with one function, which looks up a name and times out before there is an answer.
#include <netlite/netlite.hpp>

#include <chrono>

extern "C" __attribute__((visibility("default"))) bool abandonLookup() {
  try {
    netlite::Socket socket("slow.example", 9, std::chrono::milliseconds(50));
    return false;
  } catch (const netlite::SocketTimeoutException&) {
    return true;
  }
}
