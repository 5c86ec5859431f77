// SPDX-License-Identifier: MIT
//
// Flow: a Context with a stack and a body, that a test resumes and that passes control back to it.
// Thread-safety: belongs to the thread that created it.
#pragma once

#include "thread/context/context.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace netlite::test {

class Flow {
 public:
  static constexpr std::size_t kStackSize = 64 * 1024;

  explicit Flow(std::function<void(Flow&)> body, std::size_t stackSize = kStackSize)
      : body_(std::move(body)), stack_(new std::byte[stackSize]), stack_size_(stackSize) {
    prepare();
  }

  /// Runs it until it pauses or ends.
  void resume() { resumer_.switchTo(context_); }

  /// For the flow: returns to where it was resumed.
  void pause() { context_.switchTo(resumer_); }

  /// Starts again after its end.
  void restart() {
    has_ended_ = false;
    prepare();
  }

  bool hasEnded() const { return has_ended_; }
  Context& context() { return context_; }
  const std::byte* bottom() const { return stack_.get(); }
  const std::byte* top() const { return stack_.get() + stack_size_; }

 private:
  void prepare() { context_.prepare(stack_.get(), stack_.get() + stack_size_, stack_size_, run, this); }

  static Context& run(void* flow) noexcept {
    auto& self = *static_cast<Flow*>(flow);
    self.body_(self);
    self.has_ended_ = true;
    return self.resumer_;
  }

  std::function<void(Flow&)> body_;
  std::unique_ptr<std::byte[]> stack_;
  std::size_t stack_size_;
  Context resumer_;
  Context context_;
  bool has_ended_ = false;
};

}  // namespace netlite::test
