// SPDX-License-Identifier: MIT
//
// What the templates of Thread and ExecutorService share: any callable as a std::function, and what a call has brought.
#pragma once

#include <netlite/export.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

/// What the public templates need; not for programs.
namespace netlite::detail {

/// What a task of this type returns when a thread calls it.
template <typename Task>
using TaskResult = std::invoke_result_t<std::decay_t<Task>&>;

/// Whether an object of this type may hold nothing that can be called.
template <typename Task>
constexpr bool kMayBeEmpty = std::is_pointer_v<Task>;
template <typename Signature>
constexpr bool kMayBeEmpty<std::function<Signature>> = true;

/// A task, which may be of a type that can only be moved. Empty if the task is an empty function or a null pointer.
template <typename Result, typename Task>
std::function<Result()> toFunction(Task&& task) {
  if constexpr (kMayBeEmpty<std::decay_t<Task>>) {
    return std::function<Result()>(std::forward<Task>(task));
  } else {  // on the heap, since a std::function would require that the task can be copied
    auto owned = std::make_shared<std::decay_t<Task>>(std::forward<Task>(task));
    return [owned = std::move(owned)]() -> Result { return static_cast<Result>((*owned)()); };
  }
}

/// What a call has returned or thrown.
template <typename Result>
class Outcome {
 public:
  /// Calls the function and keeps what comes of it.
  template <typename Function>
  void keep(Function&& function) {
    try {
      if constexpr (std::is_void_v<Result>) {
        std::forward<Function>(function)();
      } else if constexpr (std::is_reference_v<Result>) {
        auto&& result = std::forward<Function>(function)();
        value_ = std::addressof(result);
      } else {
        value_.emplace(std::forward<Function>(function)());
      }
    } catch (...) {
      failure_ = std::current_exception();
      if (failure_ == nullptr) throw;  // pthread_exit or pthread_cancel, which must not be stopped
    }
  }

  /// Throws what the call has thrown.
  void throwFailure() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

  /// A copy of what the call has returned, or the same object if it returned a reference.
  Result copy() const {
    throwFailure();
    if constexpr (!std::is_void_v<Result>) return static_cast<Result>(*value_);
  }

  /// What the call has returned, moved out. Once.
  Result take() {
    throwFailure();
    if constexpr (!std::is_void_v<Result>) return static_cast<Result>(std::forward<Result>(*value_));
  }

 private:
  struct Nothing {};
  using Value = std::conditional_t<
      std::is_void_v<Result>, Nothing,
      std::conditional_t<std::is_reference_v<Result>, std::remove_reference_t<Result>*,
                         std::optional<std::conditional_t<std::is_object_v<Result>, std::remove_cv_t<Result>, int>>>>;

  Value value_{};
  std::exception_ptr failure_;
};

}  // namespace netlite::detail
