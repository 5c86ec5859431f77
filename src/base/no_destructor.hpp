// SPDX-License-Identifier: MIT
//
// NoDestructor: a static object that is never destroyed, so that threads and static destructors may use it while the
// program ends. It takes no memory from the heap.
#pragma once

#include <new>
#include <utility>

namespace netlite {

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

  /// Makes the object anew where it is, without destroying the old one.
  void reset() { new (memory_) T(); }

 private:
  alignas(T) unsigned char memory_[sizeof(T)];
};

}  // namespace netlite
