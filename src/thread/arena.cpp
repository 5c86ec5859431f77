// SPDX-License-Identifier: MIT
#include "thread/arena.hpp"

#include "thread/context/fiber_tools.hpp"
#include "thread/strand.hpp"
#include "thread/strand_memory.hpp"

#include <utility>

namespace netlite {

namespace {

// By AddressSanitizer, which would not see errors in an arena.
#ifdef NETLITE_ASAN_FIBERS
constexpr bool kIsHeapWatched = true;
#else
constexpr bool kIsHeapWatched = false;
#endif

// In front of each piece of memory.
struct Header {
  Arena* arena;  // null: on the heap
};

constexpr std::size_t kHeaderSize = kStrandAlignment;
static_assert(sizeof(Header) <= kHeaderSize);

}  // namespace

Arena* Arena::current() noexcept { return current_strand.arena; }

void* Arena::allocate(std::size_t size) noexcept {
  if (kIsHeapWatched) return nullptr;
  if (!hasObjects()) used_ = 0;
  const std::size_t rounded = (size + kStrandAlignment - 1) / kStrandAlignment * kStrandAlignment;
  if (rounded > kCapacity - used_) return nullptr;
  references_.fetch_add(1, std::memory_order_relaxed);
  return memory_ + std::exchange(used_, used_ + static_cast<std::uint32_t>(rounded));
}

UseArena::UseArena(Arena* arena) noexcept : before_(std::exchange(current_strand.arena, arena)) {}

UseArena::~UseArena() { current_strand.arena = before_; }

void* allocateInStrand(std::size_t size) {
  Arena* arena = Arena::current();
  void* place = arena != nullptr ? arena->allocate(kHeaderSize + size) : nullptr;
  if (place == nullptr) {
    arena = nullptr;
    place = ::operator new(kHeaderSize + size);
  }
  new (place) Header{arena};
  return static_cast<char*>(place) + kHeaderSize;
}

void freeInStrand(void* memory) noexcept {
  if (memory == nullptr) return;
  void* const place = static_cast<char*>(memory) - kHeaderSize;
  Arena* const arena = static_cast<Header*>(place)->arena;
  if (arena == nullptr) return ::operator delete(place);
  const Stack stack = arena->stack();
  if (arena->drop()) StackPool::releaseToAll(stack);
}

}  // namespace netlite
