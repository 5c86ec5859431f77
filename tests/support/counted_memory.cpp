// SPDX-License-Identifier: MIT
//
// The counting operators.
// Thread-safety: see the header.
#include "support/counted_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// Per thread.
thread_local long allocations_made = 0;
thread_local long allocations_left = netlite::test::kUnlimited;

std::atomic<long> bytes_in_use{0};  // of all threads

// Precedes each block and keeps it aligned.
union Header {
  std::size_t size;
  std::max_align_t alignment;
};

}  // namespace

void* operator new(std::size_t size) {
  ++allocations_made;
  if (allocations_left != netlite::test::kUnlimited && allocations_left-- <= 0) throw std::bad_alloc();
  auto* const header = static_cast<Header*>(std::malloc(sizeof(Header) + size));
  if (header == nullptr) throw std::bad_alloc();
  header->size = size;
  bytes_in_use += static_cast<long>(size);
  return header + 1;
}

void operator delete(void* pointer) noexcept {
  if (pointer == nullptr) return;
  Header* const header = static_cast<Header*>(pointer) - 1;
  bytes_in_use -= static_cast<long>(header->size);
  std::free(header);
}

void operator delete(void* pointer, std::size_t) noexcept { operator delete(pointer); }

// A sanitizer's versions would not call the operators above.
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void* pointer) noexcept { operator delete(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { operator delete(pointer); }

namespace netlite::test {

long allocations() noexcept { return allocations_made; }

void allowAllocations(long max) noexcept { allocations_left = max; }

long bytesInUse() noexcept { return bytes_in_use; }

}  // namespace netlite::test
