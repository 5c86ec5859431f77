// SPDX-License-Identifier: MIT
//
// SocketOptions: the options of one socket, which are applied to each of its descriptors.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "base/thread_annotations.hpp"
#include "net/owned_handle.hpp"
#include "net/socket_core.hpp"
#include "platform/option.hpp"
#include "platform/result.hpp"
#include "platform/socket.hpp"
#include "platform/types.hpp"
#include "thread/word_mutex.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <system_error>

namespace netlite {

/// A descriptor that is bound but not installed yet.
struct BoundHandle {
  OwnedHandle handle;
  platform::Family family;
  int port;
};

/// A socket has no descriptor until it is bound or connected, and may get another one after a failed connect. So the
/// user's settings are kept here.
class SocketOptions {
 public:
  /// Opens a descriptor of this type of socket.
  using Opener = platform::Result<platform::Handle> (*)(platform::Family);

  explicit SocketOptions(Opener opener = platform::openStream) : opener_(opener) {}

  /// For a stream socket that already has a descriptor, of this family.
  explicit SocketOptions(platform::Family family) : family_(family) {}

  /// Sets an option, now or for the descriptor to come. Returns Error::socketClosed, or the system's reason to refuse.
  std::error_code set(SocketCore& core, platform::Option option, int value);

  /// The option's value: the system's if there is a descriptor that has it, otherwise what was set, otherwise a new
  /// socket's.
  platform::Result<int> get(SocketCore& core, platform::Option option) const;

  /// Opens a descriptor with these options.
  platform::Result<platform::Handle> open(platform::Family family) const;

  /// Opens a descriptor with these options and binds it. A wildcard address is bound for both families where the system
  /// has both.
  platform::Result<BoundHandle> openBound(const platform::Address& local) const;

  /// Gives the core its descriptor, with every option set since the descriptor was opened. Requires a Pin.
  void install(SocketCore& core, platform::Handle handle, platform::Family family);

  /// Removes the core's descriptor. Options that are set from now on are applied by the next install(). Requires a Pin.
  platform::Handle remove(SocketCore& core);

  platform::Family family() const;

 private:
  static constexpr std::size_t kOptionCount = platform::kOptionCount;

  platform::Result<BoundHandle> openBoundAs(platform::Family family, const platform::Address& local) const;
  std::error_code applyTo(platform::Handle handle, platform::Family family) const NETLITE_REQUIRES(mutex_);
  platform::Result<int> valueOfNewSocket(platform::Option option) const;

  const Opener opener_ = platform::openStream;
  mutable WordMutex mutex_;
  platform::Family family_ NETLITE_GUARDED_BY(mutex_) = platform::Family::ipv4;
  std::bitset<kOptionCount> is_set_ NETLITE_GUARDED_BY(mutex_);
  std::array<int, kOptionCount> values_ NETLITE_GUARDED_BY(mutex_){};  // valid where set
};

}  // namespace netlite
