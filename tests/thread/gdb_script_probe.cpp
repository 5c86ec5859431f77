// SPDX-License-Identifier: MIT
//
// The program that gdb_script_test.cpp examines with gdb: two virtual threads are parked, and one runs, when
// examineVirtualThreads() is called. With an argument it aborts there.
#include <netlite/semaphore.hpp>
#include <netlite/thread.hpp>

#include <chrono>
#include <cstdlib>

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

int main(int count, char**) {
  const bool aborts = count > 1;
  Semaphore permits(0);
  Thread::ofVirtual().name("waiter").start([&] { waitForPermit(permits); });
  Thread::ofVirtual().name("sleeper").start([] { sleepForLong(); });
  Thread::sleep(std::chrono::milliseconds(200));  // both have parked by then
  Thread::ofVirtual().name("examiner").start([=] { aborts ? std::abort() : examineVirtualThreads(); }).join();
}
