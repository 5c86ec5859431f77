// SPDX-License-Identifier: MIT
//
// Socket: the face of a StreamSocket. Arguments are checked here, before anything is touched.
// Thread-safety: see the header.
#include <netlite/socket.hpp>

#include "base/errors.hpp"
#include "net/moved_from.hpp"
#include "net/stream_socket.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

using platform::Option;

constexpr int kLongestLinger = 65535;  // what SO_LINGER holds on every system

const InetSocketAddress& orThrow(const std::optional<InetSocketAddress>& address, const char* what, Error error) {
  if (!address) throwSocketError(what, error);
  return *address;
}

}  // namespace

Socket::Socket() : connection_(std::make_shared<StreamSocket>()) {}

Socket::Socket(const std::string& host, int port) : Socket(host, port, std::chrono::milliseconds(0)) {}

Socket::Socket(const std::string& host, int port, std::chrono::milliseconds timeout) : Socket() {
  connection_->connect(host, port, timeout);
}

Socket::Socket(const InetAddress& address, int port) : Socket() { connect({address, checkedPort(port, 1)}); }

Socket::Socket(std::shared_ptr<StreamSocket> connection) noexcept : connection_(std::move(connection)) {}

Socket::Socket(Socket&& other) noexcept = default;

Socket& Socket::operator=(Socket&& other) noexcept {
  Socket taken(std::move(other));
  connection_.swap(taken.connection_);
  return *this;
}

Socket::~Socket() {
  if (connection_) connection_->abandon();
}

const std::shared_ptr<StreamSocket>& Socket::connection() const { return orClosed(connection_); }

void Socket::bind(const InetSocketAddress& local) { connection()->bind(local); }

void Socket::connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout) {
  const std::shared_ptr<StreamSocket> kept = connection();  // the destructor may come while this call waits
  kept->connect(remote, timeout);
}

SocketInputStream Socket::getInputStream() {
  connection()->requireInput();
  return SocketInputStream(connection());
}

SocketOutputStream Socket::getOutputStream() {
  connection()->requireOutput();
  return SocketOutputStream(connection());
}

InetAddress Socket::getInetAddress() const { return connection()->remote().value_or(InetSocketAddress()).getAddress(); }

int Socket::getPort() const { return connection()->remote().value_or(InetSocketAddress()).getPort(); }

InetAddress Socket::getLocalAddress() const { return connection()->local().value_or(InetSocketAddress()).getAddress(); }

int Socket::getLocalPort() const {
  const std::optional<InetSocketAddress> local = connection()->local();
  return local ? local->getPort() : -1;
}

InetSocketAddress Socket::getRemoteSocketAddress() const {
  return orThrow(connection()->remote(), "get remote address", Error::notConnected);
}

InetSocketAddress Socket::getLocalSocketAddress() const {
  return orThrow(connection()->local(), "get local address", Error::notBound);
}

void Socket::shutdownInput() { connection()->shutdownInput(); }
void Socket::shutdownOutput() { connection()->shutdownOutput(); }

void Socket::close() { connection()->close(); }

bool Socket::isConnected() const { return connection()->isConnected(); }
bool Socket::isBound() const { return connection()->local().has_value(); }
bool Socket::isClosed() const { return connection()->isClosed(); }
bool Socket::isInputShutdown() const { return connection()->isInputShutdown(); }
bool Socket::isOutputShutdown() const { return connection()->isOutputShutdown(); }

void Socket::setSoTimeout(std::chrono::milliseconds timeout) { connection()->setReadTimeout(timeout); }
std::chrono::milliseconds Socket::getSoTimeout() const { return connection()->readTimeout(); }
void Socket::setWriteTimeout(std::chrono::milliseconds timeout) { connection()->setWriteTimeout(timeout); }
std::chrono::milliseconds Socket::getWriteTimeout() const { return connection()->writeTimeout(); }

void Socket::setTcpNoDelay(bool on) { connection()->setOption(Option::tcpNoDelay, on); }
bool Socket::getTcpNoDelay() const { return connection()->getOption(Option::tcpNoDelay) != 0; }
void Socket::setKeepAlive(bool on) { connection()->setOption(Option::keepAlive, on); }
bool Socket::getKeepAlive() const { return connection()->getOption(Option::keepAlive) != 0; }

void Socket::setSoLinger(bool on, int seconds) {
  if (on && seconds < 0) throw std::invalid_argument("linger time must not be negative: " + std::to_string(seconds));
  connection()->setOption(Option::linger, on ? std::min(seconds, kLongestLinger) : -1);
}

int Socket::getSoLinger() const { return connection()->getOption(Option::linger); }

void Socket::setReuseAddress(bool on) { connection()->setOption(Option::reuseAddress, on); }
bool Socket::getReuseAddress() const { return connection()->getOption(Option::reuseAddress) != 0; }

void Socket::setSendBufferSize(int size) { connection()->setOption(Option::sendBufferSize, checkedBufferSize(size)); }

int Socket::getSendBufferSize() const { return connection()->getOption(Option::sendBufferSize); }

void Socket::setReceiveBufferSize(int size) {
  connection()->setOption(Option::receiveBufferSize, checkedBufferSize(size));
}

int Socket::getReceiveBufferSize() const { return connection()->getOption(Option::receiveBufferSize); }

void Socket::setTrafficClass(int trafficClass) {
  connection()->setOption(Option::trafficClass, checkedTrafficClass(trafficClass));
}

int Socket::getTrafficClass() const { return connection()->getOption(Option::trafficClass); }

std::string Socket::toString() const { return connection()->toString(); }

std::intptr_t Socket::nativeHandle() const { return connection()->nativeHandle(); }

}  // namespace netlite
