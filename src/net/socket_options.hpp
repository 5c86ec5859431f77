// SPDX-License-Identifier: MIT
//
// The options of one socket. A socket has no descriptor until it is bound or connected, and may get another one when a
// connect has failed; what the user set is kept here and goes onto every descriptor that comes.
//
// Thread-safety: every member may be called from any thread.
#pragma once

#include "net/socket_core.hpp"
#include "platform/platform.hpp"
#include "thread/mutex.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <string>

namespace netlite {

class SocketOptions {
 public:
  /// How descriptors of this type of socket are opened.
  using Opener = platform::Opened (*)(platform::Family);

  explicit SocketOptions(Opener opener = platform::openStream) : opener_(opener) {}

  /// For a stream socket that has a descriptor already, of this family.
  explicit SocketOptions(platform::Family family) : family_(family) {}

  /// Sets an option, now or for the descriptor to come.
  /// @throws SocketException closed, or the system refuses
  void set(SocketCore& core, platform::Option option, int value, const std::string& socket);

  /// The option's value: the system's if there is a descriptor, else what was set, else a new socket's.
  /// @throws SocketException closed, or the system refuses
  int get(SocketCore& core, platform::Option option, const std::string& socket) const;

  /// Opens a descriptor with these settings.
  platform::Opened open(platform::Family family) const;

  /// Opens a descriptor with these settings and binds it. A wildcard address is for both families where the system has
  /// both.
  /// @param family set to what the socket has
  platform::Opened openBound(const InetSocketAddress& local, platform::Family& family) const;

  /// Gives the core its descriptor, with every setting made since the descriptor was opened. Inside a Pin.
  void install(SocketCore& core, platform::Handle handle, platform::Family family);

  /// Takes the core's descriptor out again, so that settings wait for its return. Inside a Pin.
  platform::Handle remove(SocketCore& core);

  platform::Family family() const;

 private:
  static constexpr std::size_t kOptionCount = static_cast<std::size_t>(platform::Option::broadcast) + 1;

  platform::Opened openBoundAs(platform::Family family, const InetSocketAddress& local) const;
  std::error_code applyTo(platform::Handle handle, platform::Family family) const;
  platform::OptionValue valueOfNewSocket(platform::Option option) const;

  const Opener opener_ = platform::openStream;
  mutable Mutex mutex_;
  platform::Family family_ = platform::Family::ipv4;  // guarded by mutex_
  std::bitset<kOptionCount> is_set_;                  // guarded by mutex_
  std::array<int, kOptionCount> values_{};            // guarded by mutex_; 0 where not set
};

/// What a socket needs to reach or to be this address.
platform::Family familyFor(const InetAddress& address);

/// The address itself, or this machine's loopback address in place of a wildcard one: nothing can be sent to the
/// wildcard address; the machine itself is meant, as in Java.
InetSocketAddress reachable(const InetSocketAddress& remote);

}  // namespace netlite
