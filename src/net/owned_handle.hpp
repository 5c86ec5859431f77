// SPDX-License-Identifier: MIT
//
// OwnedHandle: a descriptor that no socket owns yet, which is closed on destruction unless released.
// Thread-safety: none; it belongs to one call.
#pragma once

#include "platform/socket.hpp"

#include <utility>

namespace netlite {

class OwnedHandle {
 public:
  explicit OwnedHandle(platform::Handle handle) noexcept : handle_(handle) {}
  OwnedHandle(OwnedHandle&& other) noexcept : handle_(other.release()) {}
  OwnedHandle& operator=(OwnedHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~OwnedHandle() {
    if (handle_ != platform::kNoHandle) platform::close(handle_);
  }

  platform::Handle get() const noexcept { return handle_; }
  platform::Handle release() noexcept { return std::exchange(handle_, platform::kNoHandle); }

 private:
  platform::Handle handle_;
};

}  // namespace netlite
