// SPDX-License-Identifier: MIT
//
// NoDestructor: a static object that is never destroyed.
#pragma once

#include <new>
#include <utility>

namespace netlite {

/// Threads and static destructors may use the object while the program ends. It does not use the heap.
template <typename T>
class NoDestructor {
 public:
  template <typename... Arguments>
  explicit NoDestructor(Arguments&&... arguments) {
    new (memory_) T(std::forward<Arguments>(arguments)...);
  }
  NoDestructor(const NoDestructor&) = delete;
  NoDestructor& operator=(const NoDestructor&) = delete;

  T& operator*() noexcept { return *std::launder(reinterpret_cast<T*>(memory_)); }
  T* operator->() noexcept { return &**this; }

  /// Constructs a new object in the same place, without destroying the old one.
  void reset() { new (memory_) T(); }

 private:
  alignas(T) unsigned char memory_[sizeof(T)];
};

}  // namespace netlite
