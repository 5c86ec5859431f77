// SPDX-License-Identifier: MIT
//
// Memory over VirtualAlloc. It holds what is kept at the top of a virtual thread's stack, and no frames: Windows makes
// and guards the stacks of its fibers itself. When one overflows, the system ends the program.
// Thread-safety: no state.
#include "platform/stack.hpp"

#include <winsock2.h>
// After winsock2.h, or it would bring the old winsock.h.
#include <windows.h>

#include <cstdint>
#include <cstring>

namespace netlite::platform {

namespace {

void* allocate(void* address, std::size_t size, DWORD type) noexcept {
  return ::VirtualAlloc(address, size, type, PAGE_READWRITE);
}

// Another thread may take the place between the two calls.
void* allocateAligned(std::size_t size, std::size_t alignment) noexcept {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    void* const larger = allocate(nullptr, size + alignment, MEM_RESERVE);
    if (larger == nullptr) return nullptr;
    ::VirtualFree(larger, 0, MEM_RELEASE);
    const std::uintptr_t place = (reinterpret_cast<std::uintptr_t>(larger) + alignment - 1) & ~(alignment - 1);
    void* const aligned = allocate(reinterpret_cast<void*>(place), size, MEM_RESERVE | MEM_COMMIT);
    if (aligned != nullptr) return aligned;
  }
  return nullptr;
}

}  // namespace

std::size_t pageSize() noexcept {
  SYSTEM_INFO system;
  ::GetSystemInfo(&system);
  return system.dwPageSize;
}

Result<void*> reserveStacks(std::size_t size, std::size_t alignment) noexcept {
  void* const reserved = allocateAligned(size, alignment);
  if (reserved == nullptr) return std::make_error_code(std::errc::not_enough_memory);
  return reserved;
}

bool hasGuardMarks() noexcept { return false; }

bool guardPages(void* address, std::size_t size, Guard guard) noexcept {
  DWORD before = 0;
  return guard == Guard::mapping && ::VirtualProtect(address, size, PAGE_NOACCESS, &before) != 0;
}

// The pages themselves stay: other threads may use them at any time, and the system takes them away for a moment
// before it replaces them.
void discardPages(void* address, std::size_t size) noexcept { std::memset(address, 0, size); }

void printOverflow(const Overflow&) noexcept {}

void reportOverflows(FindOverflow) noexcept {}

bool useOverflowStack() noexcept { return false; }

}  // namespace netlite::platform
