// SPDX-License-Identifier: MIT
#include "thread/virtual_thread.hpp"

#include "platform/stack.hpp"
#include "thread/carrier.hpp"
#include "thread/thread_state.hpp"

#include <cstdint>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace netlite {

namespace {

constexpr std::uintptr_t kCacheLine = 64;

void* placeBelow(void* end, std::size_t size) noexcept {
  return reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(end) - size) & ~(kCacheLine - 1));
}

}  // namespace

VirtualThread::VirtualThread(const Stack& stack, Arena& arena, std::shared_ptr<ThreadState> state,
                             std::function<void()> body) noexcept
    : thread_state_(std::move(state)), body_(std::move(body)), stack_(stack), arena_(arena) {
  strand_.arena = &arena;
  state_.store(kRunning, std::memory_order_relaxed);
}

VirtualThread& VirtualThread::create(StackPool& stacks, std::shared_ptr<ThreadState> state, std::size_t stackSize,
                                     std::function<void()> body) {
  const std::size_t size = stackSize != 0 ? stackSize : StackPool::kDefaultSize;
  const Stack stack = stacks.acquire(Context::memoryFor(size));
  Arena& arena = *new (placeBelow(stack.top, sizeof(Arena))) Arena(stack);
  void* const place = placeBelow(&arena, sizeof(VirtualThread));
  auto& created = *new (place) VirtualThread(stack, arena, std::move(state), std::move(body));
  if (created.context_.prepare(stack.bottom, &created, size, enter, &created)) return created;
  if (created.destroy()) stacks.release(stack);
  throw std::system_error(std::make_error_code(std::errc::not_enough_memory),
                          "reserve a stack of " + std::to_string(size) + " bytes");
}

void VirtualThread::discard() noexcept {
  const Stack stack = stack_;
  context_.abandon();
  if (destroy()) StackPool::releaseToAll(stack);
}

bool VirtualThread::destroy() noexcept {
  Arena& arena = arena_;
  char* const bottom = static_cast<char*>(stack_.bottom);
  const std::size_t unused = static_cast<std::size_t>(reinterpret_cast<char*>(this) - bottom);
  state_.store(kEnded, std::memory_order_relaxed);
  this->~VirtualThread();
  if (arena.hasObjects()) platform::discardPages(bottom, unused & ~(platform::pageSize() - 1));
  return arena.drop();
}

Context& VirtualThread::enter(void* self) noexcept {
  VirtualThread& thread = *static_cast<VirtualThread*>(self);
  std::exchange(thread.body_, nullptr)();
  return thread.carrier_->end(thread);
}

bool VirtualThread::park(Deadline deadline, LazyText reason) noexcept {
  VirtualThread& self = *current();
  self.deadline_ = deadline;
  self.reason_ = reason.describe != nullptr ? reason : self.activity_;
  std::uint32_t expected = kRunning;
  if (self.state_.compare_exchange_strong(expected, kParked, std::memory_order_release, std::memory_order_relaxed)) {
    self.calls_in_a_row_ = 0;
    self.carrier_->park(self);
  }
  self.state_.exchange(kRunning, std::memory_order_acquire);
  return !std::exchange(self.has_timed_out_, false);
}

void VirtualThread::unpark() noexcept {
  if (state_.exchange(kNotified, std::memory_order_acq_rel) == kParked) carrier_->schedule(*this);
}

void VirtualThread::yield() noexcept {
  calls_in_a_row_ = 0;
  carrier_->yield(*this);
}

void VirtualThread::setLazyName(LazyText name) noexcept {
  if (VirtualThread* const self = current()) self->carrier_->setLazyName(*self, name);
}

std::shared_ptr<ThreadState> VirtualThread::threadState() {
  if (thread_state_ == nullptr) {
    carrier_->setThreadState(*this, std::make_shared<ThreadState>(lazy_name_.textOr(""), true));
  }
  return thread_state_;
}

// The carrier's names_mutex_ is held, or this is the carrier's thread.
std::string VirtualThread::name() const {
  return thread_state_ == nullptr ? lazy_name_.textOr("(unnamed)") : thread_state_->name();
}

// Gives back the pages below the stack pointer of this parked virtual thread.
void VirtualThread::trim() const noexcept {
  const auto bottom = reinterpret_cast<std::uintptr_t>(stack_.bottom);
  const auto used = reinterpret_cast<std::uintptr_t>(context_.stackPointer()) & ~(platform::pageSize() - 1);
  if (used > bottom) platform::discardPages(stack_.bottom, used - bottom);
}

}  // namespace netlite
