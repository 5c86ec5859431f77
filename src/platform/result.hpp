// SPDX-License-Identifier: MIT
//
// Result: a value, or the error code that says why there is none.
// Thread-safety: a value; const access from several threads is safe.
#pragma once

#include <cassert>
#include <optional>
#include <system_error>
#include <utility>

namespace netlite::platform {

template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(std::error_code error) noexcept : error_(error) { assert(error); }

  /// Whether there is a value.
  explicit operator bool() const noexcept { return value_.has_value(); }

  const T& operator*() const noexcept {
    assert(value_);
    return *value_;
  }
  T& operator*() noexcept {
    assert(value_);
    return *value_;
  }
  const T* operator->() const noexcept { return &**this; }
  T* operator->() noexcept { return &**this; }

  /// No error if there is a value.
  std::error_code error() const noexcept { return error_; }

 private:
  std::optional<T> value_;
  std::error_code error_;
};

}  // namespace netlite::platform
