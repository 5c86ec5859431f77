// SPDX-License-Identifier: MIT
//
// The slabs, the list that all pools share, and the choice of a guard.
// Thread-safety: the shared list has a lock, which no strand holds while it parks; the list of slabs only grows, at its
// front.
#include "thread/stack_pool.hpp"

#include "base/no_destructor.hpp"
#include "base/thread_annotations.hpp"
#include "platform/process.hpp"
#include "platform/stack.hpp"
#include "thread/context/fiber_tools.hpp"
#include "thread/os_mutex.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace netlite {

namespace {

constexpr bool kHasLargeAddressSpace = sizeof(void*) == 8;
constexpr std::size_t kSlabSize = (kHasLargeAddressSpace ? 16 : 1) * std::size_t{1024} * 1024;

// vm.max_map_count is 65,530 by default, and a guard takes two mappings. The others are for the rest of the program.
constexpr int kMaxMappingGuards = 16000;
std::atomic<int> mapping_guards{0};

// How much of a missing guard is checked. More than a word, since a frame may leave some of its words unwritten.
constexpr std::size_t kCheckedBytes = 256;

// ---- sizes ----------------------------------------------------------------------------------------------------------

[[noreturn]] void throwNoRoom(std::size_t size, std::error_code reason) {
  throw std::system_error(reason, "reserve a stack of " + std::to_string(size) + " bytes");
}

// The powers of two are numbered: 64 KiB is 16.
std::size_t classOf(std::size_t size) {
  constexpr std::size_t kMaxClass = std::numeric_limits<std::size_t>::digits - 2;
  std::size_t number = 0;
  while ((std::size_t{1} << number) < std::max(size, 4 * platform::pageSize())) {
    if (++number > kMaxClass) throwNoRoom(size, std::make_error_code(std::errc::not_enough_memory));
  }
  return number;
}

// ---- slabs ----------------------------------------------------------------------------------------------------------

struct Slab {
  char* base;
  std::size_t size;
  std::size_t stackSize;
  Slab* next;
};

std::atomic<Slab*> slabs{nullptr};

void publish(Slab* slab) {
  slab->next = slabs.load(std::memory_order_relaxed);
  while (!slabs.compare_exchange_weak(slab->next, slab, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

// When the address space is nearly used up there may still be room for a smaller slab.
platform::Result<void*> reserve(std::size_t& size, std::size_t stackSize) {
  for (size = std::max(kSlabSize, stackSize);; size /= 2) {
    const platform::Result<void*> reserved = platform::reserveStacks(size, stackSize);
    if (reserved || size == stackSize) return reserved;
  }
}

const Slab& makeSlab(std::size_t stackSize) {
  auto slab = std::make_unique<Slab>();
  const platform::Result<void*> reserved = reserve(slab->size, stackSize);
  if (!reserved) throwNoRoom(stackSize, reserved.error());
  slab->base = static_cast<char*>(*reserved);
  slab->stackSize = stackSize;
  publish(slab.get());
  return *slab.release();  // slabs are never given back
}

Stack stackIn(char* place, std::size_t stackSize) {
  Stack stack;
  stack.bottom = place + platform::pageSize();
  stack.top = place + stackSize;
  return stack;
}

// ---- guards ---------------------------------------------------------------------------------------------------------

bool guardByMapping(char* page) {
  if (mapping_guards.fetch_add(1, std::memory_order_relaxed) < kMaxMappingGuards &&
      platform::guardPages(page, platform::pageSize(), platform::Guard::mapping)) {
    return true;
  }
  mapping_guards.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

void guard(Stack& stack) {
  char* const page = static_cast<char*>(stack.bottom) - platform::pageSize();
  stack.isGuarded =
      (platform::hasGuardMarks() && platform::guardPages(page, platform::pageSize(), platform::Guard::mark)) ||
      guardByMapping(page);
}

// ---- the shared list ------------------------------------------------------------------------------------------------

class SharedStacks {
 public:
  Stack acquire(std::size_t size) {
    Stack stack;
    if (take(classOf(size), stack)) return stack;
    guard(stack);
    noteStackMemory(stack.bottom, stack.top);
    return stack;
  }

  // Does not allocate: the vector has room for every stack that this process has made.
  void release(const Stack& stack) {
    platform::discardPages(stack.bottom, sizeToUse(stack));
    const OsMutexLock lock(mutex_);
    std::vector<Stack>& ended = classes_[classOf(StackPool::sizeOf(stack))].ended;
    if (ended.size() < ended.capacity()) ended.push_back(stack);
  }

 private:
  // The stacks of one size.
  struct Class {
    std::vector<Stack> ended;
    std::size_t made = 0;
    char* place = nullptr;  // for the next stack
    char* end = nullptr;    // of the slab
  };

  static std::size_t sizeToUse(const Stack& stack) {
    return static_cast<std::size_t>(static_cast<char*>(stack.top) - static_cast<char*>(stack.bottom));
  }

  // Returns false if the stack is new.
  bool take(std::size_t number, Stack& stack) {
    const OsMutexLock lock(mutex_);
    Class& stacks = classes_[number];
    const bool hasEnded = !stacks.ended.empty();
    if (hasEnded) {
      stack = stacks.ended.back();
      stacks.ended.pop_back();
    } else {
      stack = make(stacks, std::size_t{1} << number);
    }
    return hasEnded;
  }

  static Stack make(Class& stacks, std::size_t size) {
    if (stacks.made == stacks.ended.capacity()) stacks.ended.reserve(std::max(std::size_t{16}, 2 * stacks.made));
    if (stacks.place == stacks.end) {
      const Slab& slab = makeSlab(size);
      stacks.place = slab.base;
      stacks.end = slab.base + slab.size;
    }
    ++stacks.made;
    const Stack stack = stackIn(stacks.place, size);
    stacks.place += size;
    return stack;
  }

  OsMutex mutex_;
  std::array<Class, std::numeric_limits<std::size_t>::digits> classes_ NETLITE_GUARDED_BY(mutex_);
};

NoDestructor<SharedStacks>& sharedStacks() {
  static NoDestructor<SharedStacks> stacks;
  return stacks;
}

// Another thread may have held the lock at the fork.
void forgetSharedStacks() { sharedStacks().reset(); }

platform::ForkRepair forget_shared_stacks{forgetSharedStacks};

// The list is made first: a fork may come while another thread is the first to use it.
[[maybe_unused]] const bool list_is_registered =
    (sharedStacks(), platform::repairInForkedChild(forget_shared_stacks), true);

}  // namespace

StackPool::~StackPool() {
  for (std::size_t i = 0; i < kept_count_; ++i) sharedStacks()->release(kept_[i]);
}

Stack StackPool::acquire(std::size_t size) {
  const std::size_t stackSize = std::size_t{1} << classOf(size);
  const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(kept_count_);
  const auto latest = std::find_if(std::make_reverse_iterator(end), kept_.rend(),
                                   [stackSize](const Stack& kept) { return sizeOf(kept) == stackSize; });
  if (latest == kept_.rend()) return sharedStacks()->acquire(size);
  const Stack stack = *latest;
  std::move(latest.base(), end, latest.base() - 1);
  --kept_count_;
  return stack;
}

void StackPool::release(const Stack& stack) noexcept {
  if (kept_count_ < kept_.size()) {
    kept_[kept_count_++] = stack;
  } else {
    sharedStacks()->release(stack);
  }
}

void StackPool::releaseToAll(const Stack& stack) noexcept { sharedStacks()->release(stack); }

std::size_t StackPool::sizeOf(const Stack& stack) noexcept {
  const auto size = static_cast<char*>(stack.top) - static_cast<char*>(stack.bottom);
  return static_cast<std::size_t>(size) + platform::pageSize();
}

bool StackPool::isGuardUntouched(const Stack& stack) noexcept {
  const auto* const end = static_cast<const std::uint64_t*>(stack.bottom);
  return std::all_of(end - kCheckedBytes / sizeof *end, end, [](std::uint64_t word) { return word == 0; });
}

bool StackPool::findByGuard(const void* address, Stack& found) noexcept {
  const auto sought = reinterpret_cast<std::uintptr_t>(address);
  for (const Slab* slab = slabs.load(std::memory_order_acquire); slab != nullptr; slab = slab->next) {
    const std::uintptr_t offset = sought - reinterpret_cast<std::uintptr_t>(slab->base);
    if (offset >= slab->size) continue;
    if (offset % slab->stackSize >= platform::pageSize()) return false;
    found = stackIn(slab->base + offset / slab->stackSize * slab->stackSize, slab->stackSize);
    return true;
  }
  return false;
}

}  // namespace netlite
