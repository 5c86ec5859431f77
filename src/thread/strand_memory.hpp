// SPDX-License-Identifier: MIT
//
// Memory for the objects of a connection. An idle virtual thread uses a part of its stack's first page only; the rest
// has room for them.
// Thread-safety: every function may be called from any strand.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace netlite {

/// The alignment of a 64-bit atomic. On i386 a plain 64-bit integer needs only four bytes.
inline constexpr std::size_t kStrandAlignment = 8;

/// Memory for an object whose alignment is at most kStrandAlignment. In a virtual thread it comes from the thread's
/// Arena as long as there is room, otherwise from the heap.
/// @throws std::bad_alloc
void* allocateInStrand(std::size_t size);

/// Gives the memory back. Any strand may do so, also when the thread has ended.
void freeInStrand(void* memory) noexcept;

/// For std::allocate_shared and containers.
template <typename T>
class StrandAllocator {
 public:
  using value_type = T;

  StrandAllocator() noexcept = default;
  template <typename Other>
  StrandAllocator(const StrandAllocator<Other>&) noexcept {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= kStrandAlignment);
    return static_cast<T*>(allocateInStrand(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) noexcept { freeInStrand(memory); }

  friend bool operator==(const StrandAllocator&, const StrandAllocator&) noexcept { return true; }
  friend bool operator!=(const StrandAllocator&, const StrandAllocator&) noexcept { return false; }
};

/// For classes whose objects are made by new.
struct StrandAllocated {
  static void* operator new(std::size_t size) { return allocateInStrand(size); }
  static void operator delete(void* memory) noexcept { freeInStrand(memory); }
};

/// A buffer.
struct FreeInStrand {
  void operator()(char* memory) const noexcept { freeInStrand(memory); }
};
using StrandBytes = std::unique_ptr<char[], FreeInStrand>;

inline StrandBytes allocateBytes(std::size_t size) { return StrandBytes(static_cast<char*>(allocateInStrand(size))); }

}  // namespace netlite
