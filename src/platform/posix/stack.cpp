// SPDX-License-Identifier: MIT
//
// Stacks over mmap, their guards over madvise or mprotect, and the report of an overflow in a handler of SIGSEGV.
// Thread-safety: as platform/stack.hpp promises; the earlier handlers and `find_overflow` are written once, before the
// handler is installed.
#include "platform/stack.hpp"

#include "platform/error.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/utsname.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif
#ifndef MAP_STACK
#define MAP_STACK 0
#endif

namespace netlite::platform {

namespace {

constexpr int kStackMapping = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;

// Returns nullptr if there is no room.
void* map(std::size_t size) {
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kStackMapping, -1, 0);
  return memory != MAP_FAILED ? memory : nullptr;
}

void unmap(char* from, char* to) {
  if (from != to) ::munmap(from, static_cast<std::size_t>(to - from));
}

char* alignUp(char* address, std::size_t alignment) {
  const auto misalignment = reinterpret_cast<std::uintptr_t>(address) & (alignment - 1);
  return misalignment == 0 ? address : address + (alignment - misalignment);
}

// A huge page would make all stacks in it resident as soon as one is used.
void refuseHugePages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t size) {
#ifdef MADV_NOHUGEPAGE
  ::madvise(memory, size, MADV_NOHUGEPAGE);
#endif
}

bool markPages([[maybe_unused]] void* address, [[maybe_unused]] std::size_t size) {
#ifdef __linux__
  constexpr int kInstallGuard = 102;  // MADV_GUARD_INSTALL, which older headers lack
  return ::madvise(address, size, kInstallGuard) == 0;
#else
  return false;
#endif
}

// An emulator may accept an advice that it does not know. So a system call is asked to write to the page.
bool faults([[maybe_unused]] void* page) {
#ifdef __linux__
  return ::uname(static_cast<utsname*>(page)) != 0 && errno == EFAULT;
#else
  return false;
#endif
}

bool tryGuardMark() {
  const std::size_t size = pageSize();
  void* const page = map(size);
  if (page == nullptr) return false;
  const bool works = markPages(page, size) && faults(page);
  ::munmap(page, size);
  return works;
}

// ---- the report -----------------------------------------------------------------------------------------------------

// Linux reports an access to a guard by SIGSEGV, macOS by SIGBUS.
constexpr int kFaults[] = {SIGSEGV, SIGBUS};

FindOverflow find_overflow = nullptr;
struct sigaction earlier_actions[2];

struct sigaction& earlierAction(int signal) {
  return earlier_actions[signal == kFaults[0] ? 0 : 1];
}

// For text, in a signal handler.
class Line {
 public:
  Line& operator<<(const char* text) {
    const std::size_t size = std::min(std::strlen(text), kCapacity - size_);
    std::memcpy(text_ + size_, text, size);
    size_ += size;
    return *this;
  }

  Line& operator<<(std::size_t number) {
    char digits[24] = {};
    char* first = digits + sizeof digits - 1;
    do *--first = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    return *this << first;
  }

  void print() const { static_cast<void>(!::write(STDERR_FILENO, text_, size_)); }

 private:
  static constexpr std::size_t kCapacity = 256;

  char text_[kCapacity];
  std::size_t size_ = 0;
};

// The default action follows when the program continues with the instruction that caused the fault. A signal that a
// process sent does not come again by itself.
void takeDefaultAction(int signal, const siginfo_t& info, const struct sigaction& earlier) {
  ::sigaction(signal, &earlier, nullptr);
  if (info.si_code <= 0) ::raise(signal);
}

extern "C" void handleFault(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  Overflow overflow{};
  if (info->si_code > 0 && find_overflow(info->si_addr, overflow)) printOverflow(overflow);
  const struct sigaction& earlier = earlierAction(signal);
  if ((earlier.sa_flags & SA_SIGINFO) != 0) {
    earlier.sa_sigaction(signal, info, context);
  } else if (earlier.sa_handler == SIG_DFL || earlier.sa_handler == SIG_IGN) {
    takeDefaultAction(signal, *info, earlier);
  } else {
    earlier.sa_handler(signal);
  }
  errno = error;
}

// The stack on which the calling thread runs handleFault.
class OverflowStack {
 public:
  OverflowStack() noexcept {
    stack_t current{};
    if (::sigaltstack(nullptr, &current) != 0) return;
    has_other_ = (current.ss_flags & SS_DISABLE) == 0;
    if (!has_other_) install();
  }

  ~OverflowStack() {
    if (memory_ == nullptr) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    none.ss_size = kSize;  // macOS requires a size
    ::sigaltstack(&none, nullptr);
    ::munmap(memory_, kSize);
  }

  OverflowStack(const OverflowStack&) = delete;
  OverflowStack& operator=(const OverflowStack&) = delete;

  bool exists() const noexcept { return has_other_ || memory_ != nullptr; }

 private:
  static constexpr std::size_t kSize = 64 * 1024;  // the registers that a signal saves may take 11 KiB

  void install() noexcept {
    memory_ = map(kSize);
    if (memory_ == nullptr) return;
    stack_t stack{};
    stack.ss_sp = memory_;
    stack.ss_size = kSize;
    if (::sigaltstack(&stack, nullptr) == 0) return;
    ::munmap(memory_, kSize);
    memory_ = nullptr;
  }

  bool has_other_ = false;
  void* memory_ = nullptr;
};

}  // namespace

std::size_t pageSize() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

Result<void*> reserveStacks(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t mapped = size + alignment - pageSize();
  auto* const memory = static_cast<char*>(map(mapped));
  if (memory == nullptr) return systemError(errno);
  char* const aligned = alignUp(memory, alignment);
  unmap(memory, aligned);
  unmap(aligned + size, memory + mapped);
  refuseHugePages(aligned, size);
  return static_cast<void*>(aligned);
}

bool hasGuardMarks() noexcept {
  static const bool works = tryGuardMark();
  return works;
}

bool guardPages(void* address, std::size_t size, Guard guard) noexcept {
  if (guard == Guard::mark) return markPages(address, size);
  return guard == Guard::mapping && ::mprotect(address, size, PROT_NONE) == 0;
}

void discardPages(void* address, std::size_t size) noexcept {
#ifdef __linux__
  ::madvise(address, size, MADV_DONTNEED);
#else
  // Elsewhere MADV_DONTNEED may keep the content. A new mapping in the same place is empty.
  ::mmap(address, size, PROT_READ | PROT_WRITE, kStackMapping | MAP_FIXED, -1, 0);
#endif
}

void printOverflow(const Overflow& overflow) noexcept {
  Line line;
  line << "netlite: virtual thread " << overflow.name << " has overflowed its stack of " << overflow.stackSize
       << " bytes\n";
  line.print();
}

void reportOverflows(FindOverflow find) noexcept {
  find_overflow = find;
  struct sigaction action {};
  action.sa_sigaction = handleFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);  // a macro on macOS
  for (const int signal : kFaults) ::sigaction(signal, &action, &earlierAction(signal));
}

bool useOverflowStack() noexcept {
  thread_local const OverflowStack stack;
  return stack.exists();
}

}  // namespace netlite::platform
