// SPDX-License-Identifier: MIT
//
// DatagramSocket: the facade of a DatagramEndpoint.
// Thread-safety: see the header.
#include <netlite/datagram_socket.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "net/datagram_endpoint.hpp"
#include "net/datagram_packet_internals.hpp"
#include "net/facade.hpp"

#include <optional>
#include <utility>

namespace netlite {

using platform::Option;

DatagramSocket::DatagramSocket() : DatagramSocket(0) {}

DatagramSocket::DatagramSocket(int port) : DatagramSocket(port, InetAddress()) {}

DatagramSocket::DatagramSocket(int port, const InetAddress& bindAddress)
    : DatagramSocket(std::make_shared<DatagramEndpoint>()) {
  bind({bindAddress, port});
}

DatagramSocket::DatagramSocket(std::shared_ptr<DatagramEndpoint> state) noexcept : state_(std::move(state)) {}

DatagramSocket DatagramSocket::unbound() { return DatagramSocket(std::make_shared<DatagramEndpoint>()); }

DatagramSocket::DatagramSocket(DatagramSocket&& other) noexcept = default;

DatagramSocket& DatagramSocket::operator=(DatagramSocket&& other) noexcept {
  moveFacade(state_, std::move(other.state_));
  return *this;
}

DatagramSocket::~DatagramSocket() {
  if (state_) state_->close();
}

const std::shared_ptr<DatagramEndpoint>& DatagramSocket::state() const { return orClosed(state_); }

void DatagramSocket::bind(const InetSocketAddress& local) { state()->bind(local); }

void DatagramSocket::send(const DatagramPacket& packet) {
  const std::shared_ptr<DatagramEndpoint> kept = state();  // the destructor may run while this call waits
  kept->send(packet);
}

void DatagramSocket::send(DatagramPacket& packet) {
  const std::shared_ptr<DatagramEndpoint> kept = state();
  const InetSocketAddress destination = kept->send(packet);
  std::optional<InetSocketAddress>& address = DatagramPacket::Internals::address(packet);
  if (!address) address = destination;
}

void DatagramSocket::receive(DatagramPacket& packet) {
  const std::shared_ptr<DatagramEndpoint> kept = state();
  kept->receive(packet);
}

void DatagramSocket::connect(const InetSocketAddress& remote) { state()->connect(remote); }

void DatagramSocket::disconnect() { state()->disconnect(); }

InetAddress DatagramSocket::getInetAddress() const {
  return state()->remote().value_or(InetSocketAddress()).getAddress();
}

int DatagramSocket::getPort() const {
  const std::optional<InetSocketAddress> remote = state()->remote();
  return remote ? remote->getPort() : -1;
}

InetSocketAddress DatagramSocket::getRemoteSocketAddress() const {
  const std::optional<InetSocketAddress> remote = state()->remote();
  if (!remote) throwSocketError("get remote address", isClosed() ? Error::socketClosed : Error::notConnected);
  return *remote;
}

InetAddress DatagramSocket::getLocalAddress() const {
  return state()->local().value_or(InetSocketAddress()).getAddress();
}

int DatagramSocket::getLocalPort() const {
  if (isClosed()) return -1;
  return state()->local().value_or(InetSocketAddress()).getPort();
}

InetSocketAddress DatagramSocket::getLocalSocketAddress() const {
  const std::optional<InetSocketAddress> local = state()->local();
  if (!local) throwSocketError("get local address", isClosed() ? Error::socketClosed : Error::notBound);
  return *local;
}

bool DatagramSocket::isConnected() const { return state()->isConnected(); }
bool DatagramSocket::isBound() const { return state()->isBound(); }
bool DatagramSocket::isClosed() const { return state()->isClosed(); }

void DatagramSocket::setSoTimeout(std::chrono::milliseconds timeout) { state()->setTimeout(timeout); }
std::chrono::milliseconds DatagramSocket::getSoTimeout() const { return state()->timeout(); }

void DatagramSocket::setBroadcast(bool on) { state()->setOption(Option::broadcast, on); }
bool DatagramSocket::getBroadcast() const { return state()->getOption(Option::broadcast) != 0; }
void DatagramSocket::setReuseAddress(bool on) { state()->setOption(Option::reuseAddress, on); }
bool DatagramSocket::getReuseAddress() const { return state()->getOption(Option::reuseAddress) != 0; }

void DatagramSocket::setSendBufferSize(int size) {
  state()->setOption(Option::sendBufferSize, checkedBufferSize(size));
}

int DatagramSocket::getSendBufferSize() const { return state()->getOption(Option::sendBufferSize); }

void DatagramSocket::setReceiveBufferSize(int size) {
  state()->setOption(Option::receiveBufferSize, checkedBufferSize(size));
}

int DatagramSocket::getReceiveBufferSize() const { return state()->getOption(Option::receiveBufferSize); }

void DatagramSocket::setTrafficClass(int trafficClass) {
  state()->setOption(Option::trafficClass, checkedOctet(trafficClass, "traffic class"));
}

int DatagramSocket::getTrafficClass() const { return state()->getOption(Option::trafficClass); }

void DatagramSocket::setTimeToLive(int timeToLive) {
  state()->setOption(Option::multicastTimeToLive, checkedOctet(timeToLive, "time to live"));
}

int DatagramSocket::getTimeToLive() const { return state()->getOption(Option::multicastTimeToLive); }

void DatagramSocket::setMulticastLoopback(bool on) { state()->setOption(Option::multicastLoopback, on); }
bool DatagramSocket::getMulticastLoopback() const { return state()->getOption(Option::multicastLoopback) != 0; }

void DatagramSocket::setNetworkInterface(const std::string& nameOrAddress) {
  state()->setNetworkInterface(nameOrAddress);
}

std::string DatagramSocket::getNetworkInterface() const { return state()->networkInterface(); }

void DatagramSocket::joinGroup(const InetAddress& group) { state()->joinGroup(group, nullptr); }

void DatagramSocket::joinGroup(const InetAddress& group, const std::string& networkInterface) {
  state()->joinGroup(group, &networkInterface);
}

void DatagramSocket::leaveGroup(const InetAddress& group) { state()->leaveGroup(group, nullptr); }

void DatagramSocket::leaveGroup(const InetAddress& group, const std::string& networkInterface) {
  state()->leaveGroup(group, &networkInterface);
}

void DatagramSocket::close() { state()->close(); }

std::string DatagramSocket::toString() const { return state()->toString(); }
std::intptr_t DatagramSocket::nativeHandle() const { return state()->nativeHandle(); }

}  // namespace netlite
