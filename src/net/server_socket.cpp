// SPDX-License-Identifier: MIT
//
// ServerSocket: the facade of a Listener.
// Thread-safety: see the header.
#include <netlite/server_socket.hpp>

#include "base/arguments.hpp"
#include "net/facade.hpp"
#include "net/listener.hpp"
#include "net/socket_internals.hpp"

#include <utility>

namespace netlite {

using platform::Option;

ServerSocket::ServerSocket() : state_(std::make_shared<Listener>()) {}

ServerSocket::ServerSocket(int port, int backlog) : ServerSocket(port, backlog, InetAddress()) {}

ServerSocket::ServerSocket(int port, int backlog, const InetAddress& bindAddress) : ServerSocket() {
  bind({bindAddress, port}, backlog);
}

ServerSocket::ServerSocket(const UnixDomainSocketAddress& address, int backlog) : ServerSocket() {
  bind(address, backlog);
}

ServerSocket::ServerSocket(ServerSocket&& other) noexcept = default;

ServerSocket& ServerSocket::operator=(ServerSocket&& other) noexcept {
  moveFacade(state_, std::move(other.state_));
  return *this;
}

ServerSocket::~ServerSocket() {
  if (state_) state_->close();
}

const std::shared_ptr<Listener>& ServerSocket::state() const { return orClosed(state_); }

void ServerSocket::bind(const InetSocketAddress& local, int backlog) { state()->bind(local, backlog); }

void ServerSocket::bind(const UnixDomainSocketAddress& local, int backlog) { state()->bind(local, backlog); }

Socket ServerSocket::accept() {
  const std::shared_ptr<Listener> kept = state();  // the destructor may run while this call waits
  return Socket::Internals::make(kept->accept());
}

void ServerSocket::setAcceptFilter(std::function<bool(const InetSocketAddress& remote)> filter) {
  state()->setFilter(std::move(filter));
}

void ServerSocket::setSoTimeout(std::chrono::milliseconds timeout) { state()->setTimeout(timeout); }

std::chrono::milliseconds ServerSocket::getSoTimeout() const { return state()->timeout(); }

void ServerSocket::setReuseAddress(bool on) { state()->setOption(Option::reuseAddress, on); }
bool ServerSocket::getReuseAddress() const { return state()->getOption(Option::reuseAddress) != 0; }

void ServerSocket::setReceiveBufferSize(int size) {
  state()->setOption(Option::receiveBufferSize, checkedBufferSize(size));
}

int ServerSocket::getReceiveBufferSize() const { return state()->getOption(Option::receiveBufferSize); }

InetAddress ServerSocket::getInetAddress() const { return state()->local().value_or(InetSocketAddress()).getAddress(); }

int ServerSocket::getLocalPort() const {
  const std::optional<InetSocketAddress> local = state()->local();
  if (local) return local->getPort();
  return isUnixDomain() ? 0 : -1;
}

InetSocketAddress ServerSocket::getLocalSocketAddress() const {
  const std::optional<InetSocketAddress> local = state()->local();
  if (!local) throwSocketError("get local address", isUnixDomain() ? Error::isUnixDomain : Error::notBound);
  return *local;
}

bool ServerSocket::isUnixDomain() const { return state()->unixDomain() != nullptr; }

UnixDomainSocketAddress ServerSocket::getUnixDomainAddress() const {
  const std::shared_ptr<const UnixDomainSocketAddress> own = state()->unixDomain();
  if (own == nullptr) throwSocketError("get Unix-domain address", Error::notUnixDomain);
  return *own;
}

void ServerSocket::close() { state()->close(); }

bool ServerSocket::isClosed() const { return state()->isClosed(); }
bool ServerSocket::isBound() const { return state()->isBound(); }
std::string ServerSocket::toString() const { return state()->toString(); }
std::intptr_t ServerSocket::nativeHandle() const { return state()->nativeHandle(); }

}  // namespace netlite
