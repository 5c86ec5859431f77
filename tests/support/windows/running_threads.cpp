// SPDX-License-Identifier: MIT
//
// The number of the program's threads, from a snapshot of all threads of the system.
// Thread-safety: no shared state.
#include "support/running_threads.hpp"

#include <windows.h>
// After windows.h, which it needs.
#include <tlhelp32.h>

namespace netlite::test {

bool threadsAreVisible() { return true; }

std::size_t runningThreads() {
  const HANDLE snapshot = ::CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  std::size_t count = 0;
  THREADENTRY32 entry{};
  entry.dwSize = sizeof entry;
  for (BOOL found = ::Thread32First(snapshot, &entry); found; found = ::Thread32Next(snapshot, &entry)) {
    if (entry.th32OwnerProcessID == ::GetCurrentProcessId()) ++count;
  }
  ::CloseHandle(snapshot);
  return count;
}

}  // namespace netlite::test
