// SPDX-License-Identifier: MIT
//
// A plugin with one function: it looks up a name, and gives up before there is an answer.
#include <netlite/netlite.hpp>

#include <chrono>

extern "C" __attribute__((visibility("default"))) bool giveUpLookUp() {
  try {
    netlite::Socket socket("slow.example", 9, std::chrono::milliseconds(50));
    return false;
  } catch (const netlite::SocketTimeoutException&) {
    return true;
  }
}
