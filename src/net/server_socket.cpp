// SPDX-License-Identifier: MIT
//
// ServerSocket: binding, listening, and an accept that goes on through everything a client can do.
// Thread-safety: see the header.
#include <netlite/exceptions.hpp>
#include <netlite/server_socket.hpp>

#include "base/deadline.hpp"
#include "base/errors.hpp"
#include "net/moved_from.hpp"
#include "net/owned_handle.hpp"
#include "net/socket_core.hpp"
#include "net/socket_options.hpp"
#include "net/stream_socket.hpp"
#include "thread/mutex.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace netlite {

namespace {

using platform::Accepted;
using platform::Option;
using platform::Outcome;

// A connection that is nobody's yet: reset unless it is taken over.
class Newcomer {
 public:
  explicit Newcomer(const Accepted& accepted) : accepted_(accepted) {}
  ~Newcomer() {
    if (accepted_.handle != platform::kNoHandle) reset(accepted_.handle);
  }
  Newcomer(const Newcomer&) = delete;
  Newcomer& operator=(const Newcomer&) = delete;

  const InetSocketAddress& remote() const noexcept { return accepted_.remote; }

  std::shared_ptr<StreamSocket> takeOver() {
    std::shared_ptr<StreamSocket> connection = std::make_shared<StreamSocket>(accepted_.handle, accepted_.remote);
    accepted_.handle = platform::kNoHandle;
    return connection;
  }

 private:
  Accepted accepted_;
};

}  // namespace

class ServerSocket::Listener {
 public:
  Listener() { options_.set(core_, Option::reuseAddress, 1, "ServerSocket"); }

  void bind(const InetSocketAddress& local, int backlog);
  Accepted take(Deadline deadline);
  bool welcomes(const InetSocketAddress& remote) const;
  void requireTime(Deadline deadline) const;
  void setFilter(std::function<bool(const InetSocketAddress&)> filter);
  void close() noexcept { core_.close(); }
  bool isClosed() const noexcept { return core_.isClosed(); }
  bool isBound() const;
  std::optional<InetSocketAddress> local() const;
  void setTimeout(std::chrono::milliseconds timeout);
  std::chrono::milliseconds timeout() const;
  void setOption(Option option, int value) { options_.set(core_, option, value, toString()); }
  int getOption(Option option) { return options_.get(core_, option, toString()); }
  platform::Handle nativeHandle() const noexcept { return core_.handle(); }
  std::string toString() const;

 private:
  using Filter = std::function<bool(const InetSocketAddress&)>;

  std::string describe(const char* operation) const;
  void requireOpen(const char* operation) const;
  void requireBound() const;

  SocketCore core_;
  SocketOptions options_;
  std::atomic<std::chrono::milliseconds::rep> timeout_{0};
  Mutex bind_mutex_;  // held by the one bind that is under way
  mutable Mutex state_mutex_;
  std::optional<InetSocketAddress> local_;  // guarded by state_mutex_; set once
  std::shared_ptr<const Filter> filter_;    // guarded by state_mutex_
};

void ServerSocket::Listener::bind(const InetSocketAddress& local, int backlog) {
  const std::string what = "listen on " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  std::lock_guard<Mutex> exclusive(bind_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  platform::Family family{};
  const platform::Opened opened = options_.openBound(local, family);
  if (opened.error) throwSocketError(Operation::bind, what, opened.error);
  OwnedHandle handle(opened.handle);
  const std::error_code error = platform::listen(handle.get(), backlog);
  if (error) throwSocketError(Operation::bind, what, error);
  const platform::LocalAddress bound = platform::localAddress(handle.get());
  if (bound.error) throwSocketError(Operation::bind, what, bound.error);
  InetSocketAddress own(local.getAddress(), bound.address.getPort());
  options_.install(core_, handle.release(), family);
  std::lock_guard<Mutex> lock(state_mutex_);
  local_ = std::move(own);
}

Accepted ServerSocket::Listener::take(Deadline deadline) {
  requireBound();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describe("accept on"), Error::socketClosed);
  // From now on the accepts of other threads wait in SocketCore::wait too; the system has no per-call choice here.
  if (!deadline.isNever()) {
    const std::error_code error = platform::setBlocking(core_.handle(), false);
    if (error) throwSocketError(Operation::other, describe("accept on"), error);
  }
  for (;;) {
    Accepted accepted = platform::accept(core_.handle());
    if (accepted.outcome == Outcome::done) return accepted;
    if (core_.isClosed()) throwSocketError(describe("accept on"), Error::socketClosed);
    if (accepted.outcome == Outcome::failed) throwSocketError(Operation::other, describe("accept on"), accepted.error);
    throwUnlessReady(core_.wait(platform::Interest::readable, deadline), [this] { return describe("accept on"); });
  }
}

bool ServerSocket::Listener::welcomes(const InetSocketAddress& remote) const {
  std::shared_ptr<const Filter> filter;
  {
    std::lock_guard<Mutex> lock(state_mutex_);
    filter = filter_;
  }
  return !filter || (*filter)(remote);
}

void ServerSocket::Listener::setFilter(Filter filter) {
  std::shared_ptr<const Filter> shared = filter ? std::make_shared<const Filter>(std::move(filter)) : nullptr;
  std::lock_guard<Mutex> lock(state_mutex_);
  filter_.swap(shared);
}

bool ServerSocket::Listener::isBound() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return local_.has_value();
}

std::optional<InetSocketAddress> ServerSocket::Listener::local() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return local_;
}

void ServerSocket::Listener::setTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set timeout of");
  timeout_.store(timeout.count(), std::memory_order_relaxed);
}

std::chrono::milliseconds ServerSocket::Listener::timeout() const {
  return std::chrono::milliseconds(timeout_.load(std::memory_order_relaxed));
}

std::string ServerSocket::Listener::describe(const char* operation) const {
  const std::optional<InetSocketAddress> bound = local();
  return operation + (bound ? " " + bound->toString() : std::string(" unbound server socket"));
}

void ServerSocket::Listener::requireOpen(const char* operation) const {
  if (core_.isClosed()) throwSocketError(describe(operation), Error::socketClosed);
}

void ServerSocket::Listener::requireTime(Deadline deadline) const {
  if (deadline.hasPassed()) throwTimeout(describe("accept on"));
}

void ServerSocket::Listener::requireBound() const {
  requireOpen("accept on");
  if (!isBound()) throwSocketError(describe("accept on"), Error::notBound);
}

std::string ServerSocket::Listener::toString() const {
  const std::optional<InetSocketAddress> bound = local();
  if (!bound) return "ServerSocket[unbound]";
  return "ServerSocket[addr=" + bound->getAddress().toString() + ",localport=" + std::to_string(bound->getPort()) + "]";
}

ServerSocket::ServerSocket() : listener_(std::make_shared<Listener>()) {}

ServerSocket::ServerSocket(int port, int backlog) : ServerSocket(port, backlog, InetAddress()) {}

ServerSocket::ServerSocket(int port, int backlog, const InetAddress& bindAddress) : ServerSocket() {
  bind({bindAddress, port}, backlog);
}

ServerSocket::ServerSocket(ServerSocket&& other) noexcept = default;

ServerSocket& ServerSocket::operator=(ServerSocket&& other) noexcept {
  ServerSocket taken(std::move(other));
  listener_.swap(taken.listener_);
  return *this;
}

ServerSocket::~ServerSocket() {
  if (listener_) listener_->close();
}

const std::shared_ptr<ServerSocket::Listener>& ServerSocket::listener() const { return orClosed(listener_); }

void ServerSocket::bind(const InetSocketAddress& local, int backlog) { listener()->bind(local, backlog); }

Socket ServerSocket::accept() {
  const std::shared_ptr<Listener> kept = listener();  // the destructor may come while this call waits
  const Deadline deadline = Deadline::after(kept->timeout());
  for (;;) {
    Newcomer newcomer(kept->take(deadline));
    if (kept->welcomes(newcomer.remote())) return Socket(newcomer.takeOver());
    kept->requireTime(deadline);  // there may be ever new clients that the filter sends away
  }
}

void ServerSocket::setAcceptFilter(std::function<bool(const InetSocketAddress& remote)> filter) {
  listener()->setFilter(std::move(filter));
}

void ServerSocket::setSoTimeout(std::chrono::milliseconds timeout) { listener()->setTimeout(timeout); }

std::chrono::milliseconds ServerSocket::getSoTimeout() const {
  if (isClosed()) throwSocketError("get timeout of " + toString(), Error::socketClosed);
  return listener()->timeout();
}

void ServerSocket::setReuseAddress(bool on) { listener()->setOption(Option::reuseAddress, on); }
bool ServerSocket::getReuseAddress() const { return listener()->getOption(Option::reuseAddress) != 0; }

void ServerSocket::setReceiveBufferSize(int size) {
  listener()->setOption(Option::receiveBufferSize, checkedBufferSize(size));
}

int ServerSocket::getReceiveBufferSize() const { return listener()->getOption(Option::receiveBufferSize); }

InetAddress ServerSocket::getInetAddress() const {
  return listener()->local().value_or(InetSocketAddress()).getAddress();
}

int ServerSocket::getLocalPort() const {
  const std::optional<InetSocketAddress> local = listener()->local();
  return local ? local->getPort() : -1;
}

InetSocketAddress ServerSocket::getLocalSocketAddress() const {
  const std::optional<InetSocketAddress> local = listener()->local();
  if (!local) throwSocketError("get local address", Error::notBound);
  return *local;
}

void ServerSocket::close() { listener()->close(); }

bool ServerSocket::isClosed() const { return listener()->isClosed(); }
bool ServerSocket::isBound() const { return listener()->isBound(); }
std::string ServerSocket::toString() const { return listener()->toString(); }
std::intptr_t ServerSocket::nativeHandle() const { return listener()->nativeHandle(); }

}  // namespace netlite
