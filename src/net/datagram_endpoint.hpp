// SPDX-License-Identifier: MIT
//
// DatagramEndpoint: the state of a DatagramSocket.
// Thread-safety: every member may be called from any thread, except construction and destruction. One receive is in
// progress at a time; others wait their turn, no longer than their own deadline.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "base/timeout.hpp"
#include "net/datagram_packet_internals.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/datagram.hpp"
#include "thread/word_mutex.hpp"

#include <netlite/datagram_packet.hpp>
#include <netlite/inet_socket_address.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace netlite {

class DatagramEndpoint {
 public:
  DatagramEndpoint() : options_(platform::openDatagram) { options_.set(core_, platform::Option::broadcast, 1); }

  void bind(const InetSocketAddress& local);
  void connect(const InetSocketAddress& remote);
  void disconnect();
  void close() noexcept { core_.close(); }
  void abandon() noexcept { close(); }

  /// Returns the destination.
  InetSocketAddress send(const DatagramPacket& packet);
  void receive(DatagramPacket& packet);

  void joinGroup(const InetAddress& group, const std::string* networkInterface) {
    changeGroup("join", platform::joinGroup, group, networkInterface);
  }
  void leaveGroup(const InetAddress& group, const std::string* networkInterface) {
    changeGroup("leave", platform::leaveGroup, group, networkInterface);
  }

  /// What DatagramSocket reports: nothing after close, except that it was bound.
  bool isConnected() const { return !isClosed() && peer().has_value(); }
  std::optional<InetSocketAddress> remote() const { return isClosed() ? std::nullopt : peer(); }
  std::optional<InetSocketAddress> local() const { return isClosed() ? std::nullopt : ownAddress(); }
  bool isBound() const { return ownAddress().has_value(); }
  bool isClosed() const noexcept { return core_.isClosed(); }

  void setTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const;
  void setOption(platform::Option option, int value);
  int getOption(platform::Option option);
  void setNetworkInterface(const std::string& nameOrAddress);
  std::string networkInterface() const;
  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString() const;

 private:
  using ChangeGroup = std::error_code (*)(platform::Handle, const platform::Address&, std::uint32_t);

  /// A datagram from the peer's address that arrived before connect().
  struct EarlyDatagram {
    std::string data;
    DatagramPacket::Internals::Route route;

    std::size_t memory() const noexcept { return sizeof *this + data.size(); }
  };

  void bindTo(const InetSocketAddress& local) NETLITE_REQUIRES(connect_mutex_);
  void ensureBound();
  void removePeer(const std::string& what) NETLITE_REQUIRES(connect_mutex_);
  std::error_code setPeer(const InetSocketAddress& peer) NETLITE_REQUIRES(connect_mutex_);
  void dropStrangers(const InetSocketAddress& peer);
  void setAsideEarly(const InetSocketAddress& peer) NETLITE_REQUIRES(receive_mutex_);

  platform::Transfer sendOnce(std::string_view data, const InetSocketAddress& destination,
                              const platform::Address* source) const;
  InetSocketAddress destinationOf(const DatagramPacket& packet) const;
  bool receiveEarly(DatagramPacket& packet) NETLITE_REQUIRES(receive_mutex_);
  bool receiveNext(DatagramPacket& packet, Deadline deadline) NETLITE_REQUIRES(receive_mutex_);
  void awaitReadable(Deadline deadline);
  bool isWelcome(const InetSocketAddress& sender) const;

  void changeGroup(const char* verb, ChangeGroup change, const InetAddress& group, const std::string* networkInterface);

  std::optional<InetSocketAddress> peer() const;
  std::optional<InetSocketAddress> ownAddress() const;
  std::string describeReceive() const;
  void requireOpen(const char* operation) const;

  SocketCore core_;
  SocketOptions options_;
  Timeout timeout_;
  WordMutex connect_mutex_;  // held by the one bind, connect or disconnect in progress; taken before receive_mutex_

  WordMutex receive_mutex_;  // held by the one receive in progress; taken before state_mutex_
  std::deque<EarlyDatagram> early_ NETLITE_GUARDED_BY(receive_mutex_);  // received before those in the kernel's queue
  std::string buffer_ NETLITE_GUARDED_BY(receive_mutex_);               // received into, then swapped with the packet's

  mutable WordMutex state_mutex_;
  std::optional<InetSocketAddress> bound_ NETLITE_GUARDED_BY(state_mutex_);  // set once
  std::optional<InetSocketAddress> local_
      NETLITE_GUARDED_BY(state_mutex_);                             // bound_, or the system's choice for a peer
  std::string network_interface_ NETLITE_GUARDED_BY(state_mutex_);  // as it was set
  std::optional<InetSocketAddress> peer_ NETLITE_GUARDED_BY(state_mutex_);
};

}  // namespace netlite
