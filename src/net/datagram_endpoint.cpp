// SPDX-License-Identifier: MIT
//
// Binding, connecting, sending and receiving of a datagram socket.
// Thread-safety: see the header.
#include "net/datagram_endpoint.hpp"

#include "address/address_text.hpp"
#include "address/conversion.hpp"
#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "net/datagram_packet_internals.hpp"
#include "platform/resolver.hpp"
#include "platform/socket.hpp"
#include "thread/virtual_thread.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

using platform::Interest;
using platform::Option;
using platform::Outcome;
using platform::Result;
using Route = DatagramPacket::Internals::Route;

constexpr std::size_t kMaxDatagram = 65535;

// While connect drops strangers' datagrams from the kernel's queue, it sets aside about this many bytes of the peer's
// own at most: a peer that never stops must not hold it up. Later datagrams stay in the queue and are filtered by
// receive().
constexpr std::size_t kMaxEarly = 64 * 1024;

// The system reports a sender's scope only if the address needs one, so a missing scope equals any scope.
bool isFrom(const InetSocketAddress& sender, const InetSocketAddress& peer) {
  if (sender == peer) return true;
  const InetAddress& left = sender.getAddress();
  const InetAddress& right = peer.getAddress();
  const bool isScoped = left.getScopeId() != 0 && right.getScopeId() != 0;
  return !isScoped && sender.getPort() == peer.getPort() && left.getAddress() == right.getAddress();
}

Route routeOf(const platform::Datagram& datagram) {
  return {inetSocketAddress(datagram.remote), inetAddress(datagram.local), datagram.isUnicast};
}

std::optional<platform::Address> sourceOf(const DatagramPacket& packet) {
  const InetAddress* const source = DatagramPacket::Internals::source(packet);
  return source == nullptr ? std::nullopt : std::optional(toPlatform(*source));
}

std::string target(const DatagramPacket& packet) {
  return packet.getPort() == 0 ? "packet" : "to " + packet.getSocketAddress().toString();
}

// On a datagram socket connection_refused always comes from the peer's host.
[[noreturn]] void fail(const std::string& what, std::error_code error) {
  if (error == std::errc::connection_refused) throw PortUnreachableException(error, what);
  throwSocketError(Operation::other, what, error);
}

const InetAddress& checkedGroup(const InetAddress& group) {
  if (!group.isMulticastAddress()) throw std::invalid_argument("not a multicast address: " + group.toString());
  return group;
}

// The number of the network interface that has this name or address; 0 if there is none.
std::uint32_t interfaceOf(const std::string& nameOrAddress) {
  try {
    if (nameOrAddress.find('\0') != std::string::npos) return 0;
    const std::uint32_t named = platform::interfaceIndex(nameOrAddress);
    if (named != 0 || !parseAddressLiteral(nameOrAddress)) return named;
    return platform::interfaceWith(toPlatform(InetAddress::getByName(nameOrAddress)));
  } catch (const UnknownHostException&) {
    return 0;  // the scope of the address names no interface
  }
}

}  // namespace

// ---- binding and connecting -----------------------------------------------------------------------------------------

void DatagramEndpoint::bind(const InetSocketAddress& local) {
  const std::string what = "bind to " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const WordMutexLock exclusive(connect_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  bindTo(local);
}

void DatagramEndpoint::ensureBound() {
  if (isBound()) return;
  const WordMutexLock exclusive(connect_mutex_);
  if (!isBound()) bindTo(InetSocketAddress());
}

void DatagramEndpoint::bindTo(const InetSocketAddress& local) {
  Result<BoundHandle> opened = options_.openBound(toPlatform(local));
  if (!opened) throwSocketError(Operation::bind, "bind to " + local.toString(), opened.error());
  InetSocketAddress bound(local.getAddress(), opened->port);
  InetSocketAddress own = bound;
  options_.install(core_, opened->handle.release(), opened->family);
  const WordMutexLock lock(state_mutex_);
  bound_ = std::move(bound);
  local_ = std::move(own);
}

void DatagramEndpoint::connect(const InetSocketAddress& remote) {
  checkedPort(remote.getPort(), 1);
  const std::string what = "connect to " + remote.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  ensureBound();
  const WordMutexLock exclusive(connect_mutex_);
  const std::optional<InetSocketAddress> before = peer();
  const InetSocketAddress now = reachable(remote);
  removePeer(what);
  if (const std::error_code error = setPeer(now)) {
    if (before) setPeer(*before);
    throwSocketError(Operation::other, what, error);
  }
  dropStrangers(now);
}

// Connects in the kernel first, so that no stranger can enqueue a datagram after dropStrangers() has looked.
std::error_code DatagramEndpoint::setPeer(const InetSocketAddress& peer) {
  const platform::Transfer connected = platform::connect(core_.handle(), options_.family(), toPlatform(peer));
  if (connected.outcome != Outcome::done) return connected.error();
  const Result<platform::Address> local = platform::localAddress(core_.handle());
  const WordMutexLock lock(state_mutex_);
  peer_ = peer;
  if (local) local_ = inetSocketAddress(*local);
  return {};
}

// Does nothing while a receive is in progress, which takes the queued datagrams and skips strangers itself.
void DatagramEndpoint::dropStrangers(const InetSocketAddress& peer) {
  if (!receive_mutex_.try_lock()) return;
  const WordMutexLock turn(receive_mutex_, std::adopt_lock);
  setAsideEarly(peer);
}

void DatagramEndpoint::setAsideEarly(const InetSocketAddress& peer) {
  const auto isStranger = [&](const EarlyDatagram& early) { return !isFrom(early.route.sender, peer); };
  early_.erase(std::remove_if(early_.begin(), early_.end(), isStranger), early_.end());
  std::size_t memory = 0;
  for (const EarlyDatagram& early : early_) memory += early.memory();
  std::string buffer(kMaxDatagram, '\0');
  while (memory < kMaxEarly) {
    const platform::Datagram got = platform::receiveFrom(core_.handle(), &buffer[0], buffer.size(), false);
    if (got.outcome != Outcome::done || isClosed()) return;
    Route route = routeOf(got);
    if (!isFrom(route.sender, peer)) continue;
    early_.push_back({buffer.substr(0, got.count), std::move(route)});
    memory += early_.back().memory();
  }
}

void DatagramEndpoint::disconnect() {
  const SocketCore::Pin pin(core_);
  if (!pin) return;
  const WordMutexLock exclusive(connect_mutex_);
  const std::optional<InetSocketAddress> before = peer();
  if (before) removePeer("disconnect from " + before->toString());
}

// Disconnects in the kernel last: once it admits strangers, receive() must, too.
void DatagramEndpoint::removePeer(const std::string& what) {
  {
    const WordMutexLock lock(state_mutex_);
    if (!peer_) return;
    peer_.reset();
    local_ = bound_;
  }
  const std::error_code error = platform::disconnect(core_.handle(), options_.family());
  if (error) throwSocketError(Operation::other, what, error);
}

// ---- sending --------------------------------------------------------------------------------------------------------

InetSocketAddress DatagramEndpoint::send(const DatagramPacket& packet) {
  countCall();
  if (const auto& address = DatagramPacket::Internals::address(packet)) checkedPort(address->getPort(), 1);
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError("send " + target(packet), Error::socketClosed);
  const InetSocketAddress destination = destinationOf(packet);
  std::optional<platform::Address> source = sourceOf(packet);
  ensureBound();
  for (;;) {
    const platform::Transfer transfer = sendOnce(packet.getData(), destination, source ? &*source : nullptr);
    if (transfer.outcome == Outcome::done) {
      core_.passOn(Interest::writable);  // one change may have made room for several datagrams
      return destination;
    }
    const auto what = [&] { return "send to " + destination.toString(); };
    if (isClosed()) throwSocketError(what(), Error::socketClosed);
    if (transfer.outcome == Outcome::wouldBlock) {
      core_.await(Interest::writable, Deadline::never(), what);
    } else if (source && transfer.error() != std::errc::connection_refused) {
      source.reset();  // the source may be the reason; if not, the next try fails with the same error
    } else {
      fail(what(), transfer.error());
    }
  }
}

platform::Transfer DatagramEndpoint::sendOnce(std::string_view data, const InetSocketAddress& destination,
                                              const platform::Address* source) const {
  return platform::sendTo(core_.handle(), options_.family(), data.data(), data.size(), toPlatform(destination), source);
}

InetSocketAddress DatagramEndpoint::destinationOf(const DatagramPacket& packet) const {
  const std::optional<InetSocketAddress> peer = this->peer();
  const std::optional<InetSocketAddress>& address = DatagramPacket::Internals::address(packet);
  if (!address) {
    if (!peer) throw std::invalid_argument("neither the packet nor the socket has an address to send to");
    return *peer;
  }
  const InetSocketAddress destination = reachable(*address);
  if (peer && !isFrom(destination, *peer)) {
    throw std::invalid_argument("packet is for " + destination.toString() + ", but the socket is connected to " +
                                peer->toString());
  }
  return destination;
}

// ---- receiving ------------------------------------------------------------------------------------------------------

void DatagramEndpoint::receive(DatagramPacket& packet) {
  const Deadline deadline = Deadline::after(timeout_.get());
  countCall();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describeReceive(), Error::socketClosed);
  ensureBound();
  if (!receive_mutex_.tryLockUntil(deadline)) throwTimeout(describeReceive());
  const WordMutexLock turn(receive_mutex_, std::adopt_lock);
  while (!receiveEarly(packet) && !receiveNext(packet, deadline)) {
  }
}

bool DatagramEndpoint::receiveEarly(DatagramPacket& packet) {
  while (!early_.empty()) {
    EarlyDatagram early = std::move(early_.front());
    early_.pop_front();
    if (!isWelcome(early.route.sender)) continue;
    const std::size_t length = early.data.size();
    const std::size_t capacity = packet.getCapacity();
    early.data.resize(capacity);
    DatagramPacket::Internals::receive(packet, early.data, std::min(length, capacity), length > capacity, early.route);
    return true;
  }
  return false;
}

// Without a deadline this is one system call, which close() can end. Returns false if it received no datagram.
bool DatagramEndpoint::receiveNext(DatagramPacket& packet, Deadline deadline) {
  const bool mayBlock = deadline.isNever() && core_.mayBlock();
  if (!mayBlock) awaitReadable(deadline);
  buffer_.resize(packet.getCapacity());
  const platform::Datagram got = platform::receiveFrom(core_.handle(), &buffer_[0], buffer_.size(), mayBlock);
  if (got.outcome != Outcome::wouldBlock) core_.noteMoreInput();  // there may be further datagrams
  if (isClosed()) throwSocketError(describeReceive(), Error::socketClosed);
  if (got.outcome == Outcome::failed) fail(describeReceive(), got.error);
  if (got.outcome == Outcome::wouldBlock && mayBlock) awaitReadable(deadline);
  if (got.outcome != Outcome::done) return false;
  const Route route = routeOf(got);
  if (!isWelcome(route.sender)) return false;
  DatagramPacket::Internals::receive(packet, buffer_, got.count, got.truncated, route);
  return true;
}

void DatagramEndpoint::awaitReadable(Deadline deadline) {
  core_.await(Interest::readable, deadline, [this] { return describeReceive(); });
}

bool DatagramEndpoint::isWelcome(const InetSocketAddress& sender) const {
  const WordMutexLock lock(state_mutex_);
  return !peer_ || isFrom(sender, *peer_);
}

// ---- groups ---------------------------------------------------------------------------------------------------------

void DatagramEndpoint::changeGroup(const char* verb, ChangeGroup change, const InetAddress& group,
                                   const std::string* networkInterface) {
  const std::string what = std::string(verb) + " group " + checkedGroup(group).getHostAddress() +
                           (networkInterface != nullptr ? " on " + *networkInterface : std::string());
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  if (!isBound()) throwSocketError(what, Error::notBound);
  std::uint32_t index = group.getScopeId();
  if (networkInterface != nullptr) {
    index = platform::interfaceIndex(*networkInterface);
    if (index == 0) throw SocketException(std::make_error_code(std::errc::no_such_device), what);
  }
  if (const std::error_code error = change(core_.handle(), toPlatform(group), index)) {
    throwSocketError(Operation::other, what, error);
  }
}

// ---- state ----------------------------------------------------------------------------------------------------------

std::optional<InetSocketAddress> DatagramEndpoint::peer() const {
  const WordMutexLock lock(state_mutex_);
  return peer_;
}

std::optional<InetSocketAddress> DatagramEndpoint::ownAddress() const {
  const WordMutexLock lock(state_mutex_);
  return local_;
}

void DatagramEndpoint::setTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set timeout of");
  timeout_.set(timeout);
}

std::chrono::milliseconds DatagramEndpoint::timeout() const {
  requireOpen("get timeout of");
  return timeout_.get();
}

void DatagramEndpoint::setOption(Option option, int value) {
  if (const std::error_code error = options_.set(core_, option, value)) {
    throwSocketError(Operation::other, "set option of " + toString(), error);
  }
}

int DatagramEndpoint::getOption(Option option) {
  const Result<int> value = options_.get(core_, option);
  if (!value) throwSocketError(Operation::other, "get option of " + toString(), value.error());
  return *value;
}

void DatagramEndpoint::setNetworkInterface(const std::string& nameOrAddress) {
  const std::string what = "set network interface to " + quotedText(nameOrAddress);
  if (isClosed()) throwSocketError(what, Error::socketClosed);
  const std::uint32_t index = interfaceOf(nameOrAddress);
  if (index == 0) throw SocketException(std::make_error_code(std::errc::no_such_device), what);
  const auto value = static_cast<int>(index);
  if (const std::error_code error = options_.set(core_, Option::multicastInterface, value)) {
    throwSocketError(Operation::other, what, error);
  }
  const WordMutexLock lock(state_mutex_);
  network_interface_ = nameOrAddress;
}

std::string DatagramEndpoint::networkInterface() const {
  requireOpen("get network interface of");
  const WordMutexLock lock(state_mutex_);
  return network_interface_;
}

void DatagramEndpoint::requireOpen(const char* operation) const {
  if (isClosed()) throwSocketError(operation + (" " + toString()), Error::socketClosed);
}

std::string DatagramEndpoint::describeReceive() const {
  const std::optional<InetSocketAddress> from = peer();
  if (from) return "receive from " + from->toString();
  const std::optional<InetSocketAddress> on = ownAddress();
  return "receive on " + (on ? on->toString() : std::string("unbound datagram socket"));
}

std::string DatagramEndpoint::toString() const {
  if (isClosed()) return "DatagramSocket[closed]";
  const std::optional<InetSocketAddress> own = ownAddress();
  if (!own) return "DatagramSocket[unbound]";
  const std::string local = "localport=" + std::to_string(own->getPort()) + "]";
  const std::optional<InetSocketAddress> other = peer();
  if (!other) return "DatagramSocket[" + local;
  return "DatagramSocket[addr=" + other->getAddress().toString() + ",port=" + std::to_string(other->getPort()) + "," +
         local;
}

}  // namespace netlite
