// SPDX-License-Identifier: MIT
//
// Whether a thread is asleep: it has used no processor time for some tenths of a second. The system shows no more.
// Thread-safety: no shared state.
#include "support/blocked_thread.hpp"

#include <windows.h>

#include <string>

namespace netlite::test {

namespace {

unsigned long long ticks(const FILETIME& time) { return (1ULL * time.dwHighDateTime << 32) | time.dwLowDateTime; }

}  // namespace

std::string currentOsTask() { return std::to_string(::GetCurrentThreadId()); }

std::string osSleepState(const std::string& task) {
  const HANDLE thread = ::OpenThread(THREAD_QUERY_INFORMATION, FALSE, std::stoul(task));
  if (thread == nullptr) return {};
  FILETIME created{};
  FILETIME ended{};
  FILETIME kernel{};
  FILETIME user{};
  ::GetThreadTimes(thread, &created, &ended, &kernel, &user);
  ::CloseHandle(thread);
  return std::to_string(ticks(kernel) + ticks(user));
}

void yieldToOthers() { ::Sleep(15); }

}  // namespace netlite::test
