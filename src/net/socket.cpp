// SPDX-License-Identifier: MIT
//
// Socket: the facade of a StreamSocket.
// Thread-safety: see the header.
#include <netlite/socket.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "net/facade.hpp"
#include "net/stream_socket.hpp"
#include "thread/strand_memory.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

using platform::Option;

constexpr int kMaxLinger = 65535;  // the maximum of SO_LINGER on every system

// Linux refuses more.
constexpr int kMaxKeepSeconds = 32767;
constexpr int kMaxKeepCount = 127;

int checkedKeepAlive(std::int64_t value, int max, const char* what) {
  if (value > 0) return static_cast<int>(std::min<std::int64_t>(value, max));
  throw std::invalid_argument(std::string("keep-alive ") + what + " must be positive: " + std::to_string(value));
}

const InetSocketAddress& orThrow(const std::optional<InetSocketAddress>& address, const StreamSocket& socket,
                                 const char* what, Error error) {
  if (!address) throwSocketError(what, socket.unixDomain() != nullptr ? Error::isUnixDomain : error);
  return *address;
}

}  // namespace

Socket::Socket() : state_(std::allocate_shared<StreamSocket>(StrandAllocator<StreamSocket>())) {}

Socket::Socket(const std::string& host, int port) : Socket(host, port, std::chrono::milliseconds(0)) {}

Socket::Socket(const std::string& host, int port, std::chrono::milliseconds timeout) : Socket() {
  state_->connect(host, port, timeout);
}

Socket::Socket(const InetAddress& address, int port) : Socket() { connect({address, checkedPort(port, 1)}); }

Socket::Socket(const UnixDomainSocketAddress& address) : Socket() { connect(address); }

Socket::Socket(std::shared_ptr<StreamSocket> state) noexcept : state_(std::move(state)) {}

Socket::Socket(Socket&& other) noexcept = default;

Socket& Socket::operator=(Socket&& other) noexcept {
  moveFacade(state_, std::move(other.state_));
  return *this;
}

Socket::~Socket() {
  if (state_) state_->abandon();
}

const std::shared_ptr<StreamSocket>& Socket::state() const { return orClosed(state_); }

void Socket::bind(const InetSocketAddress& local) { state()->bind(local); }

void Socket::connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout) {
  const std::shared_ptr<StreamSocket> kept = state();  // the destructor may run while this call waits
  kept->connect(remote, timeout);
}

void Socket::connect(const UnixDomainSocketAddress& remote, std::chrono::milliseconds timeout) {
  const std::shared_ptr<StreamSocket> kept = state();  // as above
  kept->connect(remote, timeout);
}

SocketInputStream Socket::getInputStream() {
  state()->requireInput();
  return SocketInputStream(state());
}

SocketOutputStream Socket::getOutputStream() {
  state()->requireOutput();
  return SocketOutputStream(state());
}

InetAddress Socket::getInetAddress() const { return state()->remote().value_or(InetSocketAddress()).getAddress(); }

int Socket::getPort() const { return state()->remote().value_or(InetSocketAddress()).getPort(); }

InetAddress Socket::getLocalAddress() const { return state()->local().value_or(InetSocketAddress()).getAddress(); }

int Socket::getLocalPort() const {
  const std::optional<InetSocketAddress> local = state()->local();
  if (local) return local->getPort();
  return isUnixDomain() ? 0 : -1;
}

InetSocketAddress Socket::getRemoteSocketAddress() const {
  return orThrow(state()->remote(), *state(), "get remote address", Error::notConnected);
}

InetSocketAddress Socket::getLocalSocketAddress() const {
  return orThrow(state()->local(), *state(), "get local address", Error::notBound);
}

bool Socket::isUnixDomain() const { return state()->unixDomain() != nullptr; }

UnixDomainSocketAddress Socket::getUnixDomainAddress() const {
  const std::shared_ptr<const UnixDomainSocketAddress> server = state()->unixDomain();
  if (server == nullptr) throwSocketError("get Unix-domain address", Error::notUnixDomain);
  return *server;
}

PeerCredentials Socket::getPeerCredentials() const { return state()->peerCredentials(); }

void Socket::shutdownInput() { state()->shutdownInput(); }
void Socket::shutdownOutput() { state()->shutdownOutput(); }

void Socket::close() { state()->close(); }

bool Socket::isConnected() const { return state()->isConnected(); }
bool Socket::isBound() const { return state()->local().has_value() || isUnixDomain(); }
bool Socket::isClosed() const { return state()->isClosed(); }
bool Socket::isInputShutdown() const { return state()->isInputShutdown(); }
bool Socket::isOutputShutdown() const { return state()->isOutputShutdown(); }

void Socket::setSoTimeout(std::chrono::milliseconds timeout) { state()->setReadTimeout(timeout); }
std::chrono::milliseconds Socket::getSoTimeout() const { return state()->readTimeout(); }
void Socket::setWriteTimeout(std::chrono::milliseconds timeout) { state()->setWriteTimeout(timeout); }
std::chrono::milliseconds Socket::getWriteTimeout() const { return state()->writeTimeout(); }

void Socket::setTcpNoDelay(bool on) { state()->setOption(Option::tcpNoDelay, on); }
bool Socket::getTcpNoDelay() const { return state()->getOption(Option::tcpNoDelay) != 0; }
void Socket::setKeepAlive(bool on) { state()->setOption(Option::keepAlive, on); }

void Socket::setKeepAlive(std::chrono::seconds idle, std::chrono::seconds interval, int count) {
  const int idleSeconds = checkedKeepAlive(idle.count(), kMaxKeepSeconds, "idle time");
  const int intervalSeconds = checkedKeepAlive(interval.count(), kMaxKeepSeconds, "interval");
  const int probes = checkedKeepAlive(count, kMaxKeepCount, "count");
  const std::shared_ptr<StreamSocket>& socket = state();
  socket->setOption(Option::keepIdle, idleSeconds);
  socket->setOption(Option::keepInterval, intervalSeconds);
  socket->setOption(Option::keepCount, probes);
  socket->setOption(Option::keepAlive, 1);
}

bool Socket::getKeepAlive() const { return state()->getOption(Option::keepAlive) != 0; }

void Socket::setSoLinger(bool on, int seconds) {
  if (on && seconds < 0) throw std::invalid_argument("linger time must not be negative: " + std::to_string(seconds));
  state()->setOption(Option::linger, on ? std::min(seconds, kMaxLinger) : -1);
}

int Socket::getSoLinger() const { return state()->getOption(Option::linger); }

void Socket::setReuseAddress(bool on) { state()->setOption(Option::reuseAddress, on); }
bool Socket::getReuseAddress() const { return state()->getOption(Option::reuseAddress) != 0; }

void Socket::setSendBufferSize(int size) { state()->setOption(Option::sendBufferSize, checkedBufferSize(size)); }

int Socket::getSendBufferSize() const { return state()->getOption(Option::sendBufferSize); }

void Socket::setReceiveBufferSize(int size) { state()->setOption(Option::receiveBufferSize, checkedBufferSize(size)); }

int Socket::getReceiveBufferSize() const { return state()->getOption(Option::receiveBufferSize); }

void Socket::setTrafficClass(int trafficClass) {
  state()->setOption(Option::trafficClass, checkedOctet(trafficClass, "traffic class"));
}

int Socket::getTrafficClass() const { return state()->getOption(Option::trafficClass); }

std::string Socket::toString() const { return state()->toString(); }

std::intptr_t Socket::nativeHandle() const { return state()->nativeHandle(); }

}  // namespace netlite
