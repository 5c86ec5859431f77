// SPDX-License-Identifier: MIT
//
// DatagramSocket: sending, receiving, and what having a peer means for both.
// Thread-safety: see the header.
#include <netlite/datagram_socket.hpp>

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "net/moved_from.hpp"
#include "net/owned_handle.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "platform/platform.hpp"
#include "thread/mutex.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

using platform::Interest;
using platform::Option;
using platform::Outcome;

constexpr std::size_t kLongestDatagram = 65535;

// A datagram that came from the peer before it was the peer.
struct Early {
  std::string data;
  InetSocketAddress sender;
};

// While connect looks for strangers' datagrams in the system's queue, it keeps at most about so many bytes of the
// peer's own: a peer that never stops must not hold it up. What is behind them stays there, and receive looks at it.
constexpr std::size_t kMostEarly = 64 * 1024;

std::size_t memoryOf(const Early& early) { return sizeof early + early.data.size(); }

std::size_t memoryOf(const std::deque<Early>& all) {
  std::size_t sum = 0;
  for (const Early& early : all) sum += memoryOf(early);
  return sum;
}

// The system names the scope of a sender only where the address needs one, whatever the peer was given with.
bool isFrom(const InetSocketAddress& sender, const InetSocketAddress& peer) {
  if (sender == peer) return true;
  const InetAddress& left = sender.getAddress();
  const InetAddress& right = peer.getAddress();
  const bool scoped = left.getScopeId() != 0 && right.getScopeId() != 0;
  return !scoped && sender.getPort() == peer.getPort() && left.getAddress() == right.getAddress();
}

std::string target(const DatagramPacket& packet) {
  return packet.getPort() == 0 ? "packet" : "to " + packet.getSocketAddress().toString();
}

// Nobody but the peer's machine refuses a datagram.
[[noreturn]] void fail(const std::string& what, std::error_code error) {
  if (error == std::errc::connection_refused) throw PortUnreachableException(error, what);
  throwSocketError(Operation::other, what, error);
}

const InetAddress& checkedGroup(const InetAddress& group) {
  if (!group.isMulticastAddress()) throw std::invalid_argument("not a multicast address: " + group.toString());
  return group;
}

}  // namespace

class DatagramSocket::Endpoint {
 public:
  Endpoint() : options_(platform::openDatagram) { options_.set(core_, Option::broadcast, 1, "DatagramSocket"); }

  void bind(const InetSocketAddress& local);
  void connect(const InetSocketAddress& remote);
  void disconnect();
  void close() noexcept { core_.close(); }

  /// Returns where it went.
  InetSocketAddress send(const DatagramPacket& packet);
  void receive(DatagramPacket& packet);

  void joinGroup(const InetAddress& group, const std::string* networkInterface) {
    changeGroup("join", platform::joinGroup, checkedGroup(group), networkInterface);
  }
  void leaveGroup(const InetAddress& group, const std::string* networkInterface) {
    changeGroup("leave", platform::leaveGroup, checkedGroup(group), networkInterface);
  }

  /// What the public face shows: nothing after close but that it was bound.
  bool isConnected() const { return !isClosed() && hasPeer(); }
  std::optional<InetSocketAddress> remote() const { return isClosed() ? std::nullopt : peer(); }
  std::optional<InetSocketAddress> local() const { return isClosed() ? std::nullopt : boundTo(); }
  bool isBound() const { return boundTo().has_value(); }
  bool isClosed() const noexcept { return core_.isClosed(); }

  void setTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const;
  void setOption(Option option, int value) { options_.set(core_, option, value, toString()); }
  int getOption(Option option) { return options_.get(core_, option, toString()); }
  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString() const;

 private:
  using ChangeGroup = std::error_code (*)(platform::Handle, const InetAddress&, std::uint32_t);

  void bindTo(const InetSocketAddress& local);
  void ensureBound();
  void takePeerAway(const std::string& what);
  std::error_code setPeer(const InetSocketAddress& peer);
  void dropStrangers(const InetSocketAddress& peer);

  InetSocketAddress destinationOf(const DatagramPacket& packet) const;
  bool takeEarly(DatagramPacket& packet);
  bool takeNext(DatagramPacket& packet, Deadline deadline);
  void awaitReadable(Deadline deadline);
  bool isWelcome(const InetSocketAddress& sender) const;

  void changeGroup(const char* verb, ChangeGroup change, const InetAddress& group, const std::string* networkInterface);

  bool hasPeer() const;
  std::optional<InetSocketAddress> peer() const;
  std::optional<InetSocketAddress> boundTo() const;
  std::string describeReceive() const;
  void requireOpen(const char* operation) const;

  SocketCore core_;
  SocketOptions options_;
  std::atomic<std::chrono::milliseconds::rep> timeout_{0};
  Mutex connect_mutex_;  // held by the one bind, connect or disconnect that is under way

  Mutex receive_mutex_;      // held by the one receive that is under way
  std::deque<Early> early_;  // guarded by receive_mutex_: comes before what is in the system's queue
  std::string buffer_;       // guarded by receive_mutex_: received into, then swapped with the packet's

  mutable Mutex state_mutex_;
  std::optional<InetSocketAddress> bound_;  // guarded by state_mutex_; set once
  std::optional<InetSocketAddress> local_;  // guarded by state_mutex_: bound_, or what the system made of it for a peer
  std::optional<InetSocketAddress> peer_;   // guarded by state_mutex_
};

// ---- binding and connecting -----------------------------------------------------------------------------------------

void DatagramSocket::Endpoint::bind(const InetSocketAddress& local) {
  const std::string what = "bind to " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  std::lock_guard<Mutex> exclusive(connect_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  bindTo(local);
}

void DatagramSocket::Endpoint::ensureBound() {
  if (isBound()) return;
  std::lock_guard<Mutex> exclusive(connect_mutex_);
  if (!isBound()) bindTo(InetSocketAddress());
}

void DatagramSocket::Endpoint::bindTo(const InetSocketAddress& local) {
  platform::Family family{};
  const platform::Opened opened = options_.openBound(local, family);
  if (opened.error) throwSocketError(Operation::bind, "bind to " + local.toString(), opened.error);
  OwnedHandle handle(opened.handle);
  InetSocketAddress bound(local.getAddress(), platform::localAddress(handle.get()).address.getPort());
  InetSocketAddress own = bound;
  options_.install(core_, handle.release(), family);
  std::lock_guard<Mutex> lock(state_mutex_);
  bound_ = std::move(bound);
  local_ = std::move(own);
}

void DatagramSocket::Endpoint::connect(const InetSocketAddress& remote) {
  checkedPort(remote.getPort(), 1);
  const std::string what = "connect to " + remote.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  ensureBound();
  std::lock_guard<Mutex> exclusive(connect_mutex_);
  const std::optional<InetSocketAddress> before = peer();
  const InetSocketAddress now = reachable(remote);
  takePeerAway(what);
  if (const std::error_code error = setPeer(now)) {
    if (before) setPeer(*before);
    throwSocketError(Operation::other, what, error);
  }
  dropStrangers(now);
}

// The system first, so that nothing of strangers can come behind what dropStrangers looks at.
std::error_code DatagramSocket::Endpoint::setPeer(const InetSocketAddress& peer) {
  const platform::Transfer connected = platform::connect(core_.handle(), options_.family(), peer);
  if (connected.outcome != Outcome::done) return connected.error();
  const platform::LocalAddress local = platform::localAddress(core_.handle());
  std::lock_guard<Mutex> lock(state_mutex_);
  peer_ = peer;
  if (!local.error) local_ = local.address;
  return {};
}

// A receive that is under way passes strangers over by itself, and what is queued is its to take.
void DatagramSocket::Endpoint::dropStrangers(const InetSocketAddress& peer) {
  const std::unique_lock<Mutex> turn(receive_mutex_, std::try_to_lock);
  if (!turn.owns_lock()) return;
  const auto isStranger = [&](const Early& early) { return !isFrom(early.sender, peer); };
  early_.erase(std::remove_if(early_.begin(), early_.end(), isStranger), early_.end());
  std::string buffer(kLongestDatagram, '\0');
  for (std::size_t memory = memoryOf(early_); memory < kMostEarly;) {
    const platform::Datagram got = platform::receiveFrom(core_.handle(), &buffer[0], buffer.size(), false);
    if (got.outcome != Outcome::done || isClosed()) return;
    if (!isFrom(got.remote, peer)) continue;
    early_.push_back({buffer.substr(0, got.count), got.remote});
    memory += memoryOf(early_.back());
  }
}

void DatagramSocket::Endpoint::disconnect() {
  const SocketCore::Pin pin(core_);
  if (!pin) return;
  std::lock_guard<Mutex> exclusive(connect_mutex_);
  const std::optional<InetSocketAddress> before = peer();
  if (before) takePeerAway("disconnect from " + before->toString());
}

// The system last: from the moment it lets strangers in again, receive has to welcome them.
void DatagramSocket::Endpoint::takePeerAway(const std::string& what) {
  {
    std::lock_guard<Mutex> lock(state_mutex_);
    if (!peer_) return;
    peer_.reset();
    local_ = bound_;
  }
  const std::error_code error = platform::disconnect(core_.handle(), options_.family());
  if (error) throwSocketError(Operation::other, what, error);
}

// ---- sending --------------------------------------------------------------------------------------------------------

InetSocketAddress DatagramSocket::Endpoint::send(const DatagramPacket& packet) {
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError("send " + target(packet), Error::socketClosed);
  const InetSocketAddress destination = destinationOf(packet);
  const std::string_view data = packet.getData();
  ensureBound();
  for (;;) {
    const platform::Transfer gone =
        platform::sendTo(core_.handle(), options_.family(), data.data(), data.size(), destination);
    if (gone.outcome == Outcome::done) return destination;
    const auto what = [&] { return "send to " + destination.toString(); };
    if (isClosed()) throwSocketError(what(), Error::socketClosed);
    if (gone.outcome == Outcome::failed) fail(what(), gone.error());
    throwUnlessReady(core_.wait(Interest::writable, Deadline::never()), what);
  }
}

InetSocketAddress DatagramSocket::Endpoint::destinationOf(const DatagramPacket& packet) const {
  const std::optional<InetSocketAddress> peer = this->peer();
  if (!packet.address_) {
    if (!peer) throw std::invalid_argument("neither the packet nor the socket has an address to send to");
    return *peer;
  }
  checkedPort(packet.address_->getPort(), 1);
  const InetSocketAddress destination = reachable(*packet.address_);
  if (peer && !isFrom(destination, *peer)) {
    throw std::invalid_argument("packet is for " + destination.toString() + ", but the socket is connected to " +
                                peer->toString());
  }
  return destination;
}

// ---- receiving ------------------------------------------------------------------------------------------------------

void DatagramSocket::Endpoint::receive(DatagramPacket& packet) {
  const Deadline deadline = Deadline::after(std::chrono::milliseconds(timeout_.load(std::memory_order_relaxed)));
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describeReceive(), Error::socketClosed);
  ensureBound();
  if (!receive_mutex_.tryLockUntil(deadline)) throwTimeout(describeReceive());
  const std::lock_guard<Mutex> turn(receive_mutex_, std::adopt_lock);
  while (!takeEarly(packet) && !takeNext(packet, deadline)) {
  }
}

bool DatagramSocket::Endpoint::takeEarly(DatagramPacket& packet) {
  while (!early_.empty()) {
    Early early = std::move(early_.front());
    early_.pop_front();
    if (!isWelcome(early.sender)) continue;
    const std::size_t length = early.data.size();
    const std::size_t capacity = packet.getCapacity();
    early.data.resize(capacity);
    packet.receive(early.data, std::min(length, capacity), length > capacity, early.sender);
    return true;
  }
  return false;
}

// Without a deadline this is one system call, which close() can end. False if nothing came of it.
bool DatagramSocket::Endpoint::takeNext(DatagramPacket& packet, Deadline deadline) {
  if (!deadline.isNever()) awaitReadable(deadline);
  buffer_.resize(packet.getCapacity());
  const platform::Datagram got = platform::receiveFrom(core_.handle(), &buffer_[0], buffer_.size(), deadline.isNever());
  if (isClosed()) throwSocketError(describeReceive(), Error::socketClosed);
  if (got.outcome == Outcome::failed) fail(describeReceive(), got.error);
  if (got.outcome == Outcome::wouldBlock && deadline.isNever()) awaitReadable(deadline);
  if (got.outcome != Outcome::done || !isWelcome(got.remote)) return false;
  packet.receive(buffer_, got.count, got.truncated, got.remote);
  return true;
}

void DatagramSocket::Endpoint::awaitReadable(Deadline deadline) {
  throwUnlessReady(core_.wait(Interest::readable, deadline), [this] { return describeReceive(); });
}

bool DatagramSocket::Endpoint::isWelcome(const InetSocketAddress& sender) const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return !peer_ || isFrom(sender, *peer_);
}

// ---- groups ---------------------------------------------------------------------------------------------------------

void DatagramSocket::Endpoint::changeGroup(const char* verb, ChangeGroup change, const InetAddress& group,
                                           const std::string* networkInterface) {
  const std::string what = std::string(verb) + " group " + group.getHostAddress() +
                           (networkInterface != nullptr ? " on " + *networkInterface : std::string());
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  if (!isBound()) throwSocketError(what, Error::notBound);
  std::uint32_t index = group.getScopeId();
  if (networkInterface != nullptr) {
    index = platform::interfaceIndex(*networkInterface);
    if (index == 0) throw SocketException(std::make_error_code(std::errc::no_such_device), what);
  }
  if (const std::error_code error = change(core_.handle(), group, index)) {
    throwSocketError(Operation::other, what, error);
  }
}

// ---- state ----------------------------------------------------------------------------------------------------------

bool DatagramSocket::Endpoint::hasPeer() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return peer_.has_value();
}

std::optional<InetSocketAddress> DatagramSocket::Endpoint::peer() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return peer_;
}

std::optional<InetSocketAddress> DatagramSocket::Endpoint::boundTo() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return local_;
}

void DatagramSocket::Endpoint::setTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set timeout of");
  timeout_.store(timeout.count(), std::memory_order_relaxed);
}

std::chrono::milliseconds DatagramSocket::Endpoint::timeout() const {
  requireOpen("get timeout of");
  return std::chrono::milliseconds(timeout_.load(std::memory_order_relaxed));
}

void DatagramSocket::Endpoint::requireOpen(const char* operation) const {
  if (isClosed()) throwSocketError(operation + (" " + toString()), Error::socketClosed);
}

std::string DatagramSocket::Endpoint::describeReceive() const {
  const std::optional<InetSocketAddress> from = peer();
  if (from) return "receive from " + from->toString();
  const std::optional<InetSocketAddress> on = boundTo();
  return "receive on " + (on ? on->toString() : std::string("unbound datagram socket"));
}

std::string DatagramSocket::Endpoint::toString() const {
  if (isClosed()) return "DatagramSocket[closed]";
  const std::optional<InetSocketAddress> own = boundTo();
  if (!own) return "DatagramSocket[unbound]";
  const std::string local = "localport=" + std::to_string(own->getPort()) + "]";
  const std::optional<InetSocketAddress> other = peer();
  if (!other) return "DatagramSocket[" + local;
  return "DatagramSocket[addr=" + other->getAddress().toString() + ",port=" + std::to_string(other->getPort()) + "," +
         local;
}

// ---- the face -------------------------------------------------------------------------------------------------------

DatagramSocket::DatagramSocket() : DatagramSocket(0) {}

DatagramSocket::DatagramSocket(int port) : DatagramSocket(port, InetAddress()) {}

DatagramSocket::DatagramSocket(int port, const InetAddress& bindAddress)
    : DatagramSocket(std::make_shared<Endpoint>()) {
  bind({bindAddress, port});
}

DatagramSocket::DatagramSocket(std::shared_ptr<Endpoint> endpoint) noexcept : endpoint_(std::move(endpoint)) {}

DatagramSocket DatagramSocket::unbound() { return DatagramSocket(std::make_shared<Endpoint>()); }

DatagramSocket::DatagramSocket(DatagramSocket&& other) noexcept = default;

DatagramSocket& DatagramSocket::operator=(DatagramSocket&& other) noexcept {
  DatagramSocket taken(std::move(other));
  endpoint_.swap(taken.endpoint_);
  return *this;
}

DatagramSocket::~DatagramSocket() {
  if (endpoint_) endpoint_->close();
}

const std::shared_ptr<DatagramSocket::Endpoint>& DatagramSocket::endpoint() const { return orClosed(endpoint_); }

void DatagramSocket::bind(const InetSocketAddress& local) { endpoint()->bind(local); }

void DatagramSocket::send(const DatagramPacket& packet) {
  const std::shared_ptr<Endpoint> kept = endpoint();  // the destructor may come while this call waits
  kept->send(packet);
}

void DatagramSocket::send(DatagramPacket& packet) {
  const std::shared_ptr<Endpoint> kept = endpoint();
  const InetSocketAddress destination = kept->send(packet);
  if (!packet.address_) packet.address_ = destination;
}

void DatagramSocket::receive(DatagramPacket& packet) {
  const std::shared_ptr<Endpoint> kept = endpoint();
  kept->receive(packet);
}

void DatagramSocket::connect(const InetSocketAddress& remote) { endpoint()->connect(remote); }

void DatagramSocket::disconnect() { endpoint()->disconnect(); }

InetAddress DatagramSocket::getInetAddress() const {
  return endpoint()->remote().value_or(InetSocketAddress()).getAddress();
}

int DatagramSocket::getPort() const {
  const std::optional<InetSocketAddress> remote = endpoint()->remote();
  return remote ? remote->getPort() : -1;
}

InetSocketAddress DatagramSocket::getRemoteSocketAddress() const {
  const std::optional<InetSocketAddress> remote = endpoint()->remote();
  if (!remote) throwSocketError("get remote address", isClosed() ? Error::socketClosed : Error::notConnected);
  return *remote;
}

InetAddress DatagramSocket::getLocalAddress() const {
  return endpoint()->local().value_or(InetSocketAddress()).getAddress();
}

int DatagramSocket::getLocalPort() const {
  if (isClosed()) return -1;
  return endpoint()->local().value_or(InetSocketAddress()).getPort();
}

InetSocketAddress DatagramSocket::getLocalSocketAddress() const {
  const std::optional<InetSocketAddress> local = endpoint()->local();
  if (!local) throwSocketError("get local address", isClosed() ? Error::socketClosed : Error::notBound);
  return *local;
}

bool DatagramSocket::isConnected() const { return endpoint()->isConnected(); }
bool DatagramSocket::isBound() const { return endpoint()->isBound(); }
bool DatagramSocket::isClosed() const { return endpoint()->isClosed(); }

void DatagramSocket::setSoTimeout(std::chrono::milliseconds timeout) { endpoint()->setTimeout(timeout); }
std::chrono::milliseconds DatagramSocket::getSoTimeout() const { return endpoint()->timeout(); }

void DatagramSocket::setBroadcast(bool on) { endpoint()->setOption(Option::broadcast, on); }
bool DatagramSocket::getBroadcast() const { return endpoint()->getOption(Option::broadcast) != 0; }
void DatagramSocket::setReuseAddress(bool on) { endpoint()->setOption(Option::reuseAddress, on); }
bool DatagramSocket::getReuseAddress() const { return endpoint()->getOption(Option::reuseAddress) != 0; }

void DatagramSocket::setSendBufferSize(int size) {
  endpoint()->setOption(Option::sendBufferSize, checkedBufferSize(size));
}

int DatagramSocket::getSendBufferSize() const { return endpoint()->getOption(Option::sendBufferSize); }

void DatagramSocket::setReceiveBufferSize(int size) {
  endpoint()->setOption(Option::receiveBufferSize, checkedBufferSize(size));
}

int DatagramSocket::getReceiveBufferSize() const { return endpoint()->getOption(Option::receiveBufferSize); }

void DatagramSocket::setTrafficClass(int trafficClass) {
  endpoint()->setOption(Option::trafficClass, checkedTrafficClass(trafficClass));
}

int DatagramSocket::getTrafficClass() const { return endpoint()->getOption(Option::trafficClass); }

void DatagramSocket::joinGroup(const InetAddress& group) { endpoint()->joinGroup(group, nullptr); }

void DatagramSocket::joinGroup(const InetAddress& group, const std::string& networkInterface) {
  endpoint()->joinGroup(group, &networkInterface);
}

void DatagramSocket::leaveGroup(const InetAddress& group) { endpoint()->leaveGroup(group, nullptr); }

void DatagramSocket::leaveGroup(const InetAddress& group, const std::string& networkInterface) {
  endpoint()->leaveGroup(group, &networkInterface);
}

void DatagramSocket::close() { endpoint()->close(); }

std::string DatagramSocket::toString() const { return endpoint()->toString(); }
std::intptr_t DatagramSocket::nativeHandle() const { return endpoint()->nativeHandle(); }

}  // namespace netlite
