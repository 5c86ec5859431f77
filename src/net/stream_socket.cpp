// SPDX-License-Identifier: MIT
//
// Reading, writing, connecting and closing one TCP connection.
// Thread-safety: see the header.
#include "net/stream_socket.hpp"

#include "address/resolver.hpp"
#include "base/errors.hpp"
#include "net/connector.hpp"
#include "net/owned_handle.hpp"
#include "thread/call_clock.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace netlite {

namespace {

using platform::Family;
using platform::Handle;
using platform::kNoHandle;
using platform::Opened;
using platform::Option;
using platform::Outcome;
using platform::Transfer;

std::chrono::milliseconds load(const std::atomic<std::chrono::milliseconds::rep>& timeout) {
  return std::chrono::milliseconds(timeout.load(std::memory_order_relaxed));
}

// Failures after which nothing more can come. The system tells each of them once and then shows a clean end.
bool breaksConnection(std::error_code error) {
  return error == std::errc::connection_reset || error == std::errc::connection_aborted ||
         error == std::errc::network_reset || error == std::errc::timed_out || error == std::errc::host_unreachable ||
         error == std::errc::network_unreachable;
}

}  // namespace

// ---- binding and connecting -----------------------------------------------------------------------------------------

// The right to connect: one thread has it at a time.
class StreamSocket::Connecting {
 public:
  Connecting(StreamSocket& connection, const std::string& what) : connection_(connection) {
    std::lock_guard<Mutex> lock(connection_.state_mutex_);
    if (connection_.remote_) throwSocketError(what, Error::alreadyConnected);
    if (connection_.connecting_) throwSocketError(what, Error::connecting);
    connection_.connecting_ = true;
  }
  ~Connecting() {
    std::lock_guard<Mutex> lock(connection_.state_mutex_);
    connection_.connecting_ = false;
  }
  Connecting(const Connecting&) = delete;
  Connecting& operator=(const Connecting&) = delete;

 private:
  StreamSocket& connection_;
};

// Attempts of an unbound socket: each on a descriptor of its own.
class StreamSocket::FreshSockets final : public AttemptSockets {
 public:
  explicit FreshSockets(const SocketOptions& settings) : options_(settings) {}
  Opened open(Family& family) override { return options_.open(family); }
  void discard(Handle handle) noexcept override { platform::close(handle); }

 private:
  const SocketOptions& options_;
};

// The attempt of a bound socket. A failed one leaves the descriptor unspecified (POSIX), and Linux takes the port away
// from it while still reporting it; so the socket gets a new descriptor, bound as the old one was.
class StreamSocket::BoundSocket final : public AttemptSockets {
 public:
  BoundSocket(StreamSocket& connection, const InetSocketAddress& local) : connection_(connection), local_(local) {}

  Opened open(Family& family) override {
    family = connection_.options_.family();
    return {connection_.options_.remove(connection_.core_), {}};
  }

  void discard(Handle handle) noexcept override {
    reset(handle);  // an end in good order could leave the port in TIME_WAIT
    Family family{};
    const Opened opened = connection_.options_.openBound(local_, family);
    if (!opened.error) return connection_.options_.install(connection_.core_, opened.handle, family);
    std::lock_guard<Mutex> lock(connection_.state_mutex_);
    connection_.local_.reset();  // somebody else was quicker: the socket is unbound again
  }

 private:
  StreamSocket& connection_;
  const InetSocketAddress local_;
};

StreamSocket::StreamSocket(Handle handle, const InetSocketAddress& remote)
    : core_(handle), options_(familyFor(remote.getAddress())), remote_(remote) {
  core_.setInputMayBeQueued(true);
}

void StreamSocket::bind(const InetSocketAddress& local) {
  const std::string what = "bind to " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const Connecting exclusive(*this, what);
  if (this->local()) throwSocketError(what, Error::alreadyBound);
  Family family{};
  const Opened opened = options_.openBound(local, family);
  if (opened.error) throwSocketError(Operation::bind, what, opened.error);
  OwnedHandle handle(opened.handle);
  const platform::LocalAddress bound = platform::localAddress(handle.get());
  if (bound.error) throwSocketError(Operation::bind, what, bound.error);
  auto own = std::make_unique<InetSocketAddress>(local.getAddress(), bound.address.getPort());
  options_.install(core_, handle.release(), family);
  std::lock_guard<Mutex> lock(state_mutex_);
  local_ = std::move(own);
}

void StreamSocket::connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout) {
  checkedPort(remote.getPort(), 1);
  const Deadline deadline = Deadline::after(checkedTimeout(timeout));
  connectTo(remote.toString(), deadline, [&] { return std::vector<InetSocketAddress>{reachable(remote)}; });
}

void StreamSocket::connect(const std::string& host, int port, std::chrono::milliseconds timeout) {
  checkedPort(port, 1);
  const Deadline deadline = Deadline::after(checkedTimeout(timeout));
  connectTo(host + ":" + std::to_string(port), deadline, [&] {
    std::vector<InetSocketAddress> remotes = interleaved(resolveHost(host, deadline), port);
    std::transform(remotes.begin(), remotes.end(), remotes.begin(), reachable);
    return remotes;
  });
}

template <typename Resolve>
void StreamSocket::connectTo(const std::string& target, Deadline deadline, Resolve resolve) {
  const std::string what = "connect to " + target;
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const Connecting exclusive(*this, what);
  FreshSockets fresh(options_);
  const std::optional<InetSocketAddress> bound = local();
  std::optional<BoundSocket> kept;
  if (bound) kept.emplace(*this, *bound);
  AttemptSockets& sockets = bound ? static_cast<AttemptSockets&>(*kept) : fresh;
  auto own = std::make_unique<InetSocketAddress>();  // before there is a descriptor that could be lost
  Established established = Connector(core_, sockets, target, deadline).connect(resolve());
  const Family family = bound ? options_.family() : familyFor(established.remote.getAddress());
  options_.install(core_, established.handle, family);
  std::lock_guard<Mutex> lock(state_mutex_);
  *own = std::move(established.local);
  local_ = std::move(own);
  remote_ = std::move(established.remote);
  core_.setInputMayBeQueued(!abortive_close_);
}

// ---- reading --------------------------------------------------------------------------------------------------------

std::size_t StreamSocket::read(void* buffer, std::size_t size) {
  if (size == 0) return 0;
  const Deadline deadline = CallClock::deadline(load(read_timeout_));
  const SocketCore::Pin pin(core_);
  if (!pin) throwReadError(Error::socketClosed);
  if (!read_mutex_.tryLockUntil(deadline)) throwReadTimeout();
  const std::lock_guard<Mutex> turn(read_mutex_, std::adopt_lock);
  // What is at hand is taken, however short the timeout. But the member call may have made many reads before this one,
  // and a peer that always has something must not extend it.
  if (!deadline.isNever() && CallClock::readsAgain() && deadline.hasPassed()) throwReadTimeout();
  for (;;) {
    if (isInputShutdown()) return 0;
    if (has_unread_.load(std::memory_order_acquire)) return takeUnread(buffer, size);
    // Without a deadline this is one system call, which close() and shutdownInput() can end.
    if (!deadline.isNever()) awaitReadable(deadline);
    const Transfer got = platform::receive(core_.handle(), buffer, size, deadline.isNever());
    if (got.outcome == Outcome::done && got.count > 0) return got.count;
    if (core_.isClosed()) throwReadError(Error::socketClosed);
    if (isInputShutdown()) return 0;
    if (got.outcome == Outcome::done) return endOfInput();
    if (got.outcome == Outcome::failed) return endOrFailure(got.error());
    if (deadline.hasPassed()) throwReadTimeout();
    if (deadline.isNever()) awaitReadable(deadline);
  }
}

void StreamSocket::throwReadError(Error error) const { throwSocketError(describe("read from"), error); }

void StreamSocket::throwReadTimeout() const { throwTimeout(describe("read from")); }

std::size_t StreamSocket::takeUnread(void* buffer, std::size_t size) {
  std::lock_guard<Mutex> lock(state_mutex_);
  const std::size_t count = std::min(size, unread_.size());
  std::memcpy(buffer, unread_.data(), count);
  unread_.erase(0, count);
  has_unread_.store(!unread_.empty(), std::memory_order_release);
  return count;
}

void StreamSocket::awaitReadable(Deadline deadline) {
  throwUnlessReady(core_.wait(platform::Interest::readable, deadline), [this] { return describe("read from"); });
}

// The end that the system shows may be no end: a write that met the reset first has taken the error away. One that is
// just about to tell is waited for; on a connection that is hung up it cannot take long.
std::size_t StreamSocket::endOfInput() {
  if (!write_mutex_.try_lock()) {
    if (platform::isHungUp(core_.handle())) std::lock_guard<Mutex> lastWriteIsOver(write_mutex_);
  } else {
    write_mutex_.unlock();
  }
  const std::error_code broken = failure();
  if (broken) throwSocketError(Operation::other, describe("read from"), broken);
  std::lock_guard<Mutex> lock(state_mutex_);
  input_ended_ = true;
  core_.setInputMayBeQueued(false);
  return 0;
}

// A clean end stays one. Windows goes on to tell of a reset that a later write has called forth.
std::size_t StreamSocket::endOrFailure(std::error_code error) {
  {
    std::lock_guard<Mutex> lock(state_mutex_);
    if (input_ended_) return 0;
  }
  failRead(error);
}

void StreamSocket::failRead(std::error_code error) {
  rememberFailure(error);
  throwSocketError(Operation::other, describe("read from"), error);
}

std::size_t StreamSocket::available() {
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describe("read from"), Error::socketClosed);
  if (isInputShutdown()) return 0;
  const Transfer queued = platform::available(core_.handle());
  if (queued.outcome == Outcome::failed) failRead(queued.error());
  std::lock_guard<Mutex> lock(state_mutex_);
  return unread_.size() + queued.count;
}

bool StreamSocket::awaitInput(std::chrono::milliseconds patience) {
  const CallClock clock;
  const auto start = Deadline::Clock::now();
  const Deadline patient = patience.count() == 0 ? Deadline::at(start) : Deadline::after(start, patience);
  const Deadline deadline = earlier(patient, CallClock::deadline(load(read_timeout_)));
  const SocketCore::Pin pin(core_);
  if (!pin || isInputShutdown()) return true;
  if (!read_mutex_.tryLockUntil(deadline)) return false;
  const std::lock_guard<Mutex> turn(read_mutex_, std::adopt_lock);
  if (has_unread_.load(std::memory_order_acquire)) return true;
  // Where it cannot be known it is true: a read that needs no descriptor of its own still works.
  return core_.wait(platform::Interest::readable, deadline).result != SocketCore::WaitResult::timedOut;
}

// Without a turn at reading: another reader may have it for as long as it likes, and this call's time may be over.
void StreamSocket::unread(std::string bytes) {
  std::lock_guard<Mutex> lock(state_mutex_);
  unread_.insert(0, bytes);
  has_unread_.store(!unread_.empty(), std::memory_order_release);
}

void StreamSocket::shutdownInput() {
  const SocketCore::Pin pin(core_);
  const char* const operation = "shut down input from";
  if (!pin) throwSocketError(describe(operation), Error::socketClosed);
  requireConnected(operation);
  if (input_shutdown_.exchange(true, std::memory_order_acq_rel)) {
    throwSocketError(describe(operation), Error::inputShutDown);
  }
  const std::error_code error = platform::shutdownInput(core_.handle());
  core_.wakeWaiters();
  if (error) throwSocketError(Operation::other, describe(operation), error);
}

// ---- writing --------------------------------------------------------------------------------------------------------

void StreamSocket::write(const void* data, std::size_t size) {
  const char* const bytes = static_cast<const char*>(data);
  const Deadline deadline = CallClock::deadline(load(write_timeout_));
  const SocketCore::Pin pin(core_);
  if (!pin) throwWriteError(Error::socketClosed);
  if (!write_mutex_.tryLockUntil(deadline)) throwWriteTimeout(0);
  const std::lock_guard<Mutex> turn(write_mutex_, std::adopt_lock);
  for (std::size_t sent = 0; sent < size;) {
    if (core_.isClosed()) throwWriteError(Error::socketClosed);
    if (isOutputShutdown()) throwWriteError(Error::outputShutDown);
    const Transfer gone = platform::send(core_.handle(), bytes + sent, size - sent);
    if (gone.outcome == Outcome::failed) failWrite(gone.error());
    sent += gone.count;
    if (sent < size) awaitTurnToSend(gone.outcome, deadline, sent);
  }
}

// What did not go at once may go on while there is time: neither a peer that always takes a little nor a system that
// says writable and takes nothing may extend it.
void StreamSocket::awaitTurnToSend(Outcome last, Deadline deadline, std::size_t sent) {
  if (deadline.hasPassed()) throwWriteTimeout(sent);
  if (last != Outcome::wouldBlock) return;
  throwUnlessReady(
      core_.wait(platform::Interest::writable, deadline), [this] { return describe("write to"); }, sent);
}

void StreamSocket::throwWriteError(Error error) const { throwSocketError(describe("write to"), error); }

void StreamSocket::throwWriteTimeout(std::size_t sent) const { throwTimeout(describe("write to"), sent); }

void StreamSocket::failWrite(std::error_code error) {
  if (core_.isClosed()) throwWriteError(Error::socketClosed);
  if (isOutputShutdown()) throwWriteError(Error::outputShutDown);
  rememberFailure(error);
  const std::error_code first = failure();
  throwSocketError(Operation::other, describe("write to"), first ? first : error);
}

void StreamSocket::shutdownOutput() {
  const SocketCore::Pin pin(core_);
  const char* const operation = "shut down output to";
  if (!pin) throwSocketError(describe(operation), Error::socketClosed);
  requireConnected(operation);
  if (output_shutdown_.exchange(true, std::memory_order_acq_rel)) {
    throwSocketError(describe(operation), Error::outputShutDown);
  }
  const std::error_code error = platform::shutdownOutput(core_.handle());
  core_.wakeWaiters();
  if (error) throwSocketError(Operation::other, describe(operation), error);
}

// ---- state ----------------------------------------------------------------------------------------------------------

void StreamSocket::close() noexcept {
  try {
    local();  // so that the local address can be told after the descriptor is gone
  } catch (const std::bad_alloc&) {
    // then it cannot: no reason to stay open
  }
  core_.close();
}

void StreamSocket::abandon() noexcept { core_.close(); }

void StreamSocket::requireOpen(const char* operation) {
  if (core_.isClosed()) throwSocketError(describe(operation), Error::socketClosed);
}

void StreamSocket::requireConnected(const char* operation) {
  requireOpen(operation);
  if (!isConnected()) throwSocketError(operation, Error::notConnected);
}

void StreamSocket::requireInput() {
  requireConnected("get input stream of");
  if (isInputShutdown()) throwSocketError(describe("get input stream of"), Error::inputShutDown);
}

void StreamSocket::requireOutput() {
  requireConnected("get output stream of");
  if (isOutputShutdown()) throwSocketError(describe("get output stream of"), Error::outputShutDown);
}

bool StreamSocket::isConnected() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return remote_.has_value();
}

std::optional<InetSocketAddress> StreamSocket::remote() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return remote_;
}

// An accepted socket asks the system only when somebody wants to know.
std::optional<InetSocketAddress> StreamSocket::local() {
  const SocketCore::Pin pin(core_);
  std::lock_guard<Mutex> lock(state_mutex_);
  if (!local_ && remote_ && pin) {
    const platform::LocalAddress bound = platform::localAddress(core_.handle());
    if (!bound.error) local_ = std::make_unique<InetSocketAddress>(bound.address);
  }
  return local_ == nullptr ? std::nullopt : std::optional(*local_);
}

void StreamSocket::rememberFailure(std::error_code error) {
  std::lock_guard<Mutex> lock(state_mutex_);
  if (!failure_ && !input_ended_ && breaksConnection(error)) failure_ = error;
}

std::error_code StreamSocket::failure() const {
  std::lock_guard<Mutex> lock(state_mutex_);
  return failure_;
}

void StreamSocket::setReadTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set read timeout of");
  read_timeout_.store(timeout.count(), std::memory_order_relaxed);
}

void StreamSocket::setWriteTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set write timeout of");
  write_timeout_.store(timeout.count(), std::memory_order_relaxed);
}

std::chrono::milliseconds StreamSocket::readTimeout() {
  requireOpen("get read timeout of");
  return load(read_timeout_);
}

std::chrono::milliseconds StreamSocket::writeTimeout() {
  requireOpen("get write timeout of");
  return load(write_timeout_);
}

void StreamSocket::setOption(Option option, int value) {
  options_.set(core_, option, value, toString());
  if (option != Option::linger) return;
  std::lock_guard<Mutex> lock(state_mutex_);
  abortive_close_ = value == 0;
  core_.setInputMayBeQueued(remote_ && !abortive_close_ && !input_ended_);
}

int StreamSocket::getOption(Option option) { return options_.get(core_, option, toString()); }

std::string StreamSocket::describe(const char* operation) const {
  const std::optional<InetSocketAddress> peer = remote();
  return operation + (peer ? " " + peer->toString() : std::string(" unconnected socket"));
}

std::string StreamSocket::toString() {
  const std::optional<InetSocketAddress> peer = remote();
  if (!peer) return "Socket[unconnected]";
  const std::optional<InetSocketAddress> own = local();
  return "Socket[addr=" + peer->getAddress().toString() + ",port=" + std::to_string(peer->getPort()) +
         ",localport=" + std::to_string(own ? own->getPort() : -1) + "]";
}

void reset(Handle handle) noexcept {
  platform::setOption(handle, Family::ipv4, Option::linger, 0);
  platform::close(handle);
}

}  // namespace netlite
