// SPDX-License-Identifier: MIT
//
// OnExit: runs an action when a scope ends, whatever ends it.
// Thread-safety: belongs to the thread that creates it.
#pragma once

#include <utility>

namespace example {

template <typename Action>
class OnExit {
 public:
  /// @param action does not throw
  explicit OnExit(Action action) : action_(std::move(action)) {}
  ~OnExit() { action_(); }

  OnExit(const OnExit&) = delete;
  OnExit& operator=(const OnExit&) = delete;

 private:
  const Action action_;
};

}  // namespace example
