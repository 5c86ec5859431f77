// SPDX-License-Identifier: MIT
//
// NativePoller: one of the two ways in which Windows watches many sockets. poller.cpp chooses.
// Thread-safety: as platform/poller.hpp promises.
#pragma once

#include "platform/poller.hpp"
#include "platform/windows/winsock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>

namespace netlite::platform {

/// The functions of platform/poller.hpp.
class NativePoller {
 public:
  NativePoller() = default;
  NativePoller(const NativePoller&) = delete;
  NativePoller& operator=(const NativePoller&) = delete;
  virtual ~NativePoller() = default;

  virtual std::error_code watch(Handle handle, Interest interest, std::uint64_t token) = 0;
  virtual void unwatch(Handle handle) noexcept = 0;
  virtual Result<std::size_t> poll(PollEvent* events, std::chrono::milliseconds timeout) = 0;
  virtual bool wake() noexcept = 0;
};

/// Asks the driver of Winsock, whose interface is not documented but used by many. Takes as long for a thousand sockets
/// as for one. Null if the driver cannot be opened.
std::unique_ptr<NativePoller> openAfdPoller();

/// Over WSAPoll, which takes the longer the more sockets there are. Null if its waker cannot be opened.
std::unique_ptr<NativePoller> openWsaPoller();

}  // namespace netlite::platform
