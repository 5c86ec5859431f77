// SPDX-License-Identifier: MIT
//
// Binding, listening and accepting. Nothing that a client does ends an accept.
// Thread-safety: see the header.
#include "net/listener.hpp"

#include "address/conversion.hpp"
#include "base/errors.hpp"
#include "net/owned_handle.hpp"
#include "platform/socket.hpp"

#include <utility>

namespace netlite {

namespace {

using platform::Accepted;
using platform::Option;
using platform::Outcome;
using platform::Result;

}  // namespace

// An accepted connection without an owner, which is reset on destruction.
class Listener::Client {
 public:
  explicit Client(const Accepted& accepted) : handle_(accepted.handle), remote_(inetSocketAddress(accepted.remote)) {}
  Client(Client&& other) noexcept
      : handle_(std::exchange(other.handle_, platform::kNoHandle)), remote_(std::move(other.remote_)) {}
  Client& operator=(Client&&) = delete;
  ~Client() {
    if (handle_ != platform::kNoHandle) closeWithReset(handle_);
  }

  const InetSocketAddress& remote() const noexcept { return remote_; }

  std::shared_ptr<StreamSocket> release() {
    auto socket = std::make_shared<StreamSocket>(handle_, remote_);
    handle_ = platform::kNoHandle;
    return socket;
  }

 private:
  platform::Handle handle_;
  InetSocketAddress remote_;
};

void Listener::bind(const InetSocketAddress& local, int backlog) {
  const std::string what = "listen on " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const MutexLock exclusive(bind_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  Result<BoundHandle> bound = options_.openBound(toPlatform(local));
  if (!bound) throwSocketError(Operation::bind, what, bound.error());
  if (const std::error_code error = platform::listen(bound->handle.get(), backlog)) {
    throwSocketError(Operation::bind, what, error);
  }
  InetSocketAddress own(local.getAddress(), bound->port);
  options_.install(core_, bound->handle.release(), bound->family);
  const MutexLock lock(state_mutex_);
  local_ = std::move(own);
}

std::shared_ptr<StreamSocket> Listener::accept() {
  const Deadline deadline = Deadline::after(timeout_.get());
  for (;;) {
    Client client = takeClient(deadline);
    if (welcomes(client.remote())) return client.release();
    if (deadline.hasPassed()) throwTimeout(describe("accept on"));  // rejected clients must not extend the deadline
  }
}

Listener::Client Listener::takeClient(Deadline deadline) {
  requireBound();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describe("accept on"), Error::socketClosed);
  // Accept has no per-call flag for it, so from now on the accepts of other threads wait in SocketCore::wait, too.
  if (!deadline.isNever() || !core_.mayBlock()) {
    const std::error_code error = platform::setBlocking(core_.handle(), false);
    if (error) throwSocketError(Operation::other, describe("accept on"), error);
  }
  for (;;) {
    const Accepted accepted = platform::accept(core_.handle());
    if (accepted.outcome == Outcome::done) return Client(accepted);
    if (core_.isClosed()) throwSocketError(describe("accept on"), Error::socketClosed);
    if (accepted.outcome == Outcome::failed) throwSocketError(Operation::other, describe("accept on"), accepted.error);
    throwUnlessReady(core_.wait(platform::Interest::readable, deadline), [this] { return describe("accept on"); });
  }
}

bool Listener::welcomes(const InetSocketAddress& remote) const {
  std::shared_ptr<const Filter> filter;
  {
    const MutexLock lock(state_mutex_);
    filter = filter_;
  }
  return !filter || (*filter)(remote);
}

void Listener::setFilter(Filter filter) {
  std::shared_ptr<const Filter> shared = filter ? std::make_shared<const Filter>(std::move(filter)) : nullptr;
  const MutexLock lock(state_mutex_);
  filter_.swap(shared);
}

bool Listener::isBound() const {
  const MutexLock lock(state_mutex_);
  return local_.has_value();
}

std::optional<InetSocketAddress> Listener::local() const {
  const MutexLock lock(state_mutex_);
  return local_;
}

void Listener::setTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set timeout of");
  timeout_.set(timeout);
}

std::chrono::milliseconds Listener::timeout() const {
  if (isClosed()) throwSocketError("get timeout of " + toString(), Error::socketClosed);
  return timeout_.get();
}

void Listener::setOption(Option option, int value) {
  if (const std::error_code error = options_.set(core_, option, value)) {
    throwSocketError(Operation::other, "set option of " + toString(), error);
  }
}

int Listener::getOption(Option option) {
  const Result<int> value = options_.get(core_, option);
  if (!value) throwSocketError(Operation::other, "get option of " + toString(), value.error());
  return *value;
}

std::string Listener::describe(const char* operation) const {
  const std::optional<InetSocketAddress> bound = local();
  return operation + (bound ? " " + bound->toString() : std::string(" unbound server socket"));
}

void Listener::requireOpen(const char* operation) const {
  if (core_.isClosed()) throwSocketError(describe(operation), Error::socketClosed);
}

void Listener::requireBound() const {
  requireOpen("accept on");
  if (!isBound()) throwSocketError(describe("accept on"), Error::notBound);
}

std::string Listener::toString() const {
  const std::optional<InetSocketAddress> bound = local();
  if (!bound) return "ServerSocket[unbound]";
  return "ServerSocket[addr=" + bound->getAddress().toString() + ",localport=" + std::to_string(bound->getPort()) + "]";
}

}  // namespace netlite
