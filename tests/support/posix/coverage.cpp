// SPDX-License-Identifier: MIT
//
// For a build that measures coverage: a process also writes its counters if netlite or a test calls _exit, _Exit or
// abort, or if a fault ends it. The linker sends the calls here, see linker_wraps.cmake.
// Thread-safety: any thread may call them.
#include <csignal>
#include <cstdlib>

#include <unistd.h>

// NOLINTBEGIN(bugprone-reserved-identifier): the linker and the compiler require these names
extern "C" {
void __gcov_dump();
[[noreturn]] void __real__exit(int code);
[[noreturn]] void __real__Exit(int code);
[[noreturn]] void __real_abort();
int __real_sigaction(int signal, const struct sigaction* action, struct sigaction* earlier);

void __wrap__exit(int code) {
  __gcov_dump();
  __real__exit(code);
}

void __wrap__Exit(int code) {
  __gcov_dump();
  __real__Exit(code);
}

void __wrap_abort() {
  __gcov_dump();
  __real_abort();
}

// netlite's handler of faults sets the default action when it is done. The program continues with the fault then, and
// ends.
int __wrap_sigaction(int signal, const struct sigaction* action, struct sigaction* earlier) {
  const bool isFault = signal == SIGSEGV || signal == SIGBUS;
  if (isFault && action != nullptr && earlier == nullptr && action->sa_handler == SIG_DFL) __gcov_dump();
  return __real_sigaction(signal, action, earlier);
}
}
// NOLINTEND(bugprone-reserved-identifier)
