// SPDX-License-Identifier: MIT
//
// A descriptor on its way from the system to the socket that is to own it: closed, unless it gets there.
// Thread-safety: none; it belongs to one call.
#pragma once

#include "platform/platform.hpp"

#include <utility>

namespace netlite {

class OwnedHandle {
 public:
  explicit OwnedHandle(platform::Handle handle) noexcept : handle_(handle) {}
  ~OwnedHandle() {
    if (handle_ != platform::kNoHandle) platform::close(handle_);
  }
  OwnedHandle(const OwnedHandle&) = delete;
  OwnedHandle& operator=(const OwnedHandle&) = delete;

  platform::Handle get() const noexcept { return handle_; }
  platform::Handle release() noexcept { return std::exchange(handle_, platform::kNoHandle); }

 private:
  platform::Handle handle_;
};

}  // namespace netlite
