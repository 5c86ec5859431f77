// SPDX-License-Identifier: MIT
//
// The program that gdb_script_test.cpp examines with gdb: two virtual threads are parked, and one runs, when
// examineVirtualThreads() is called. With an argument it aborts there.
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>
#include <netlite/virtual_threads.hpp>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <string>

using netlite::Semaphore;
using netlite::Thread;

extern "C" {

[[gnu::noinline]] void examineVirtualThreads() { asm volatile("" ::: "memory"); }

[[gnu::noinline]] void waitForPermit(Semaphore& permits) {
  permits.acquire();
  asm volatile("" ::: "memory");  // no tail call
}

[[gnu::noinline]] void sleepForLong() {
  Thread::sleep(std::chrono::hours(1));
  asm volatile("" ::: "memory");
}

}  // extern "C"

static bool bothAreParked() {
  std::ostringstream text;
  netlite::VirtualThreads::dump(text);
  const std::string dump = text.str();
  return dump.find("waiter: waiting for ") != std::string::npos &&
         dump.find("sleeper: waiting for ") != std::string::npos;
}

int main(int count, char**) {
  const bool aborts = count > 1;
  Semaphore permits(0);
  Thread::ofVirtual().name("waiter").start([&] { waitForPermit(permits); });
  Thread::ofVirtual().name("sleeper").start([] { sleepForLong(); });
  while (!bothAreParked()) Thread::sleep(std::chrono::milliseconds(1));
  Thread::ofVirtual().name("examiner").start([=] { aborts ? std::abort() : examineVirtualThreads(); }).join();
}
