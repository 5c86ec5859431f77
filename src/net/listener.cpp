// SPDX-License-Identifier: MIT
//
// Binding, listening and accepting. Nothing that a client does ends an accept.
// Thread-safety: see the header.
#include "net/listener.hpp"

#include "address/conversion.hpp"
#include "base/errors.hpp"
#include "net/owned_handle.hpp"
#include "platform/socket.hpp"
#include "thread/strand_memory.hpp"
#include "thread/virtual_thread.hpp"

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

  /// @param server the listener's address if it is a Unix-domain listener, otherwise null
  std::shared_ptr<StreamSocket> release(std::shared_ptr<const UnixDomainSocketAddress> server) {
    const StrandAllocator<StreamSocket> memory;
    auto socket = server != nullptr ? std::allocate_shared<StreamSocket>(memory, handle_, std::move(server))
                                    : std::allocate_shared<StreamSocket>(memory, handle_, remote_);
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
  const WordMutexLock exclusive(bind_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  Result<BoundHandle> bound = options_.openBound(toPlatform(local));
  if (!bound) throwSocketError(Operation::bind, what, bound.error());
  if (const std::error_code error = platform::listen(bound->handle.get(), backlog)) {
    throwSocketError(Operation::bind, what, error);
  }
  InetSocketAddress own(local.getAddress(), bound->port);
  options_.install(core_, bound->handle.release(), bound->family);
  const WordMutexLock lock(state_mutex_);
  local_ = std::move(own);
}

void Listener::bind(const UnixDomainSocketAddress& local, int backlog) {
  const std::string what = "listen on " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const WordMutexLock exclusive(bind_mutex_);
  if (isBound()) throwSocketError(what, Error::alreadyBound);
  if (hasFilter()) throwSocketError(what + " with an accept filter", Error::isUnixDomain);
  auto own = std::make_shared<const UnixDomainSocketAddress>(local);
  auto [handle, path] = listenAt(options_, local, backlog, what);
  options_.install(core_, handle.release(), platform::Family::unixDomain);
  {
    const WordMutexLock lock(state_mutex_);
    unix_domain_ = std::move(own);
    if (!closing_) std::swap(path_, path);
  }
  path.remove();  // of a socket that was closed meanwhile; of any other the path is in path_ now
}

std::shared_ptr<StreamSocket> Listener::accept() {
  const Deadline deadline = Deadline::after(timeout_.get());
  for (;;) {
    Client client = takeClient(deadline);
    if (welcomes(client.remote())) return owned(std::move(client));
    if (deadline.hasPassed()) throwTimeout(describe("accept on"));  // rejected clients must not extend the deadline
  }
}

std::shared_ptr<StreamSocket> Listener::owned(Client client) {
  const std::shared_ptr<ChannelFactory> factory = channelFactory();
  std::unique_ptr<Channel> channel = factory != nullptr ? factory->make() : nullptr;
  std::shared_ptr<StreamSocket> socket = client.release(unixDomain());
  if (channel != nullptr) socket->setChannel(std::move(channel));
  return socket;
}

Listener::Client Listener::takeClient(Deadline deadline) {
  requireBound();
  countCall();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describe("accept on"), Error::socketClosed);
  // Accept has no per-call flag for it, so from now on the accepts of other threads wait in SocketCore::wait, too.
  if (!deadline.isNever() || !core_.mayBlock()) makeNonBlocking();
  for (;;) {
    const Accepted accepted = platform::accept(core_.handle());
    if (accepted.outcome == Outcome::done) {
      core_.passOn(platform::Interest::readable);  // one change may have stood for several clients
      return Client(accepted);
    }
    if (core_.isClosed()) throwSocketError(describe("accept on"), Error::socketClosed);
    if (accepted.outcome == Outcome::failed) throwSocketError(Operation::other, describe("accept on"), accepted.error);
    core_.await(platform::Interest::readable, deadline, [this] { return describe("accept on"); });
  }
}

void Listener::makeNonBlocking() {
  if (is_non_blocking_.load(std::memory_order_relaxed)) return;
  const std::error_code error = platform::setBlocking(core_.handle(), false);
  if (error) throwSocketError(Operation::other, describe("accept on"), error);
  is_non_blocking_.store(true, std::memory_order_relaxed);
}

bool Listener::welcomes(const InetSocketAddress& remote) const {
  std::shared_ptr<const Filter> filter;
  {
    const WordMutexLock lock(state_mutex_);
    filter = filter_;
  }
  return !filter || (*filter)(remote);
}

bool Listener::hasFilter() const {
  const WordMutexLock lock(state_mutex_);
  return filter_ != nullptr;
}

// Not during a bind, which takes no Unix-domain address if there is a filter.
void Listener::setFilter(Filter filter) {
  const WordMutexLock exclusive(bind_mutex_);
  if (filter && unixDomain() != nullptr) throwSocketError(describe("set accept filter of"), Error::isUnixDomain);
  std::shared_ptr<const Filter> shared = filter ? std::make_shared<const Filter>(std::move(filter)) : nullptr;
  const WordMutexLock lock(state_mutex_);
  filter_.swap(shared);
}

std::shared_ptr<ChannelFactory> Listener::channelFactory() const {
  const WordMutexLock lock(state_mutex_);
  return channel_factory_;
}

void Listener::setChannelFactory(std::shared_ptr<ChannelFactory> factory) {
  requireOpen("secure");
  const WordMutexLock lock(state_mutex_);
  if (channel_factory_ != nullptr) throwSocketError("secure a server socket", Error::alreadySecured);
  channel_factory_ = std::move(factory);
}

void Listener::close() noexcept {
  {
    const SocketCore::Pin open(core_);  // the descriptor stays open until the path is gone
    removePath();
  }
  core_.close();
}

void Listener::removePath() noexcept {
  CreatedPath path;
  {
    const WordMutexLock lock(state_mutex_);
    closing_ = true;
    path = std::exchange(path_, {});
  }
  path.remove();
}

bool Listener::isBound() const {
  const WordMutexLock lock(state_mutex_);
  return local_.has_value() || unix_domain_ != nullptr;
}

std::optional<InetSocketAddress> Listener::local() const {
  const WordMutexLock lock(state_mutex_);
  return local_;
}

std::shared_ptr<const UnixDomainSocketAddress> Listener::unixDomain() const {
  const WordMutexLock lock(state_mutex_);
  return unix_domain_;
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
  const WordMutexLock lock(state_mutex_);
  if (unix_domain_ != nullptr) return operation + (" " + unix_domain_->toString());
  return operation + (local_ ? " " + local_->toString() : std::string(" unbound server socket"));
}

void Listener::requireOpen(const char* operation) const {
  if (core_.isClosed()) throwSocketError(describe(operation), Error::socketClosed);
}

void Listener::requireBound() const {
  requireOpen("accept on");
  if (!isBound()) throwSocketError(describe("accept on"), Error::notBound);
}

std::string Listener::toString() const {
  if (const auto server = unixDomain()) return "ServerSocket[addr=" + server->toString() + "]";
  const std::optional<InetSocketAddress> bound = local();
  if (!bound) return "ServerSocket[unbound]";
  return "ServerSocket[addr=" + bound->getAddress().toString() + ",localport=" + std::to_string(bound->getPort()) + "]";
}

}  // namespace netlite
