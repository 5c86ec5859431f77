// SPDX-License-Identifier: MIT
//
// Binding, connecting, reading, writing and closing one connection.
// Thread-safety: see the header.
#include "net/stream_socket.hpp"

#include "address/conversion.hpp"
#include "address/resolver.hpp"
#include "base/arguments.hpp"
#include "base/unwinding.hpp"
#include "net/connector.hpp"
#include "net/owned_handle.hpp"
#include "net/unix_domain.hpp"
#include "platform/file.hpp"
#include "platform/option.hpp"
#include "platform/process.hpp"
#include "platform/socket.hpp"
#include "platform/unix_domain.hpp"
#include "thread/activity.hpp"
#include "thread/call_clock.hpp"
#include "thread/virtual_thread.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <vector>

namespace netlite {

namespace {

using platform::Family;
using platform::Handle;
using platform::kNoHandle;
using platform::Option;
using platform::Outcome;
using platform::Result;
using platform::Transfer;

// Failures after which nothing more can arrive. The kernel reports each of them once; after that the stream looks
// cleanly ended.
bool breaksConnection(std::error_code error) {
  return error == std::errc::connection_reset || error == std::errc::connection_aborted ||
         error == std::errc::network_reset || error == std::errc::timed_out || error == std::errc::host_unreachable ||
         error == std::errc::network_unreachable;
}

// While it lives, calls on the socket do not block: sendfile has no flag for that. A read that may block reports that
// it would, and waits in SocketCore::wait instead.
class NonBlocking {
 public:
  explicit NonBlocking(Handle handle) : handle_(handle), error_(platform::setBlocking(handle, false)) {}
  ~NonBlocking() { platform::setBlocking(handle_, true); }
  NonBlocking(const NonBlocking&) = delete;
  NonBlocking& operator=(const NonBlocking&) = delete;

  std::error_code error() const noexcept { return error_; }

 private:
  const Handle handle_;
  const std::error_code error_;
};

// Failures of a connection that cannot be written to, whatever the bytes.
bool endsWriting(std::error_code error) {
  return breaksConnection(error) || error == std::errc::broken_pipe || error == std::errc::not_connected;
}

}  // namespace

// The Wire of a call's channel.
class StreamSocket::Descriptor final : public Wire {
 public:
  enum class Use { always, toEndOutput };

  explicit Descriptor(StreamSocket& socket, Use use = Use::always) : socket_(socket), use_(use) {}
  ~Descriptor() = default;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  std::size_t receive(void* buffer, std::size_t size, Deadline deadline) override {
    const bool mayBlock = deadline.isNever() && socket_.core_.mayBlock();
    for (;;) {
      if (!mayBlock) socket_.awaitReadable(deadline);
      if (const auto count = receiveOnce(buffer, size, mayBlock)) return *count;
      if (deadline.hasPassed()) socket_.throwRead(Error::timedOut);
      if (mayBlock) socket_.awaitReadable(deadline);
    }
  }

  std::optional<std::size_t> tryReceive(void* buffer, std::size_t size) override {
    return receiveOnce(buffer, size, false);
  }

  void confirmEnd() override { socket_.endOfInput(); }
  bool isInputShutDown() const noexcept override { return socket_.isInputShutdown(); }

  void send(const char* data, std::size_t size, std::size_t& sent, Deadline deadline,
            std::size_t bytesTransferred) override {
    while (sent < size) {
      requireWritable();
      const Transfer transfer = platform::send(socket_.core_.handle(), data + sent, size - sent);
      if (transfer.outcome == Outcome::failed) throwFailure(transfer.error());
      sent += transfer.count;
      if (sent < size) socket_.awaitRoom(transfer, deadline, bytesTransferred);
    }
  }

  std::size_t trySend(const char* data, std::size_t size) noexcept override {
    const Transfer transfer = platform::send(socket_.core_.handle(), data, size);
    if (transfer.outcome == Outcome::failed) socket_.firstFailure(transfer.error());
    return transfer.outcome == Outcome::done ? transfer.count : 0;
  }

  std::string describe(const char* operation) const override { return socket_.describe(operation); }
  std::uint32_t forkCount() const noexcept override { return platform::forkCount(); }

 private:
  // The system reports a failure once, so it is noted for the next read, too.
  [[noreturn]] void throwFailure(std::error_code error) {
    const std::error_code first = socket_.firstFailure(error);
    requireWritable();
    throwSocketError(Operation::other, describe("write to"), first);
  }

  // Nothing if nothing has arrived.
  std::optional<std::size_t> receiveOnce(void* buffer, std::size_t size, bool mayBlock) {
    if (socket_.core_.isClosed()) socket_.throwRead(Error::socketClosed);  // although more may arrive
    if (isInputShutDown()) return 0;
    const Transfer got = platform::receive(socket_.core_.handle(), buffer, size, mayBlock);
    const bool isPart = got.outcome == Outcome::done && 0 < got.count && got.count < size;
    if (!isPart && (got.outcome != Outcome::wouldBlock || got.wasInterrupted())) socket_.core_.noteMoreInput();
    if (got.outcome == Outcome::done && got.count > 0) return got.count;
    if (socket_.core_.isClosed()) socket_.throwRead(Error::socketClosed);
    if (isInputShutDown()) return 0;
    if (got.outcome == Outcome::failed) socket_.throwRead(got.error());
    if (got.outcome == Outcome::wouldBlock) return std::nullopt;
    throwIfBroken();  // the system reports a failure once; after that the stream looks cleanly ended
    return 0;
  }

  void throwIfBroken() {
    const WordMutexLock lock(socket_.state_mutex_);
    if (socket_.failure_) throwSocketError(Operation::other, "read from " + socket_.peerText(), socket_.failure_);
  }

  void requireWritable() {
    if (use_ == Use::always) return socket_.requireWritable();
    if (socket_.core_.isClosed()) socket_.throwWrite(Error::socketClosed);
  }

  StreamSocket& socket_;
  const Use use_;
};

// ---- binding and connecting -----------------------------------------------------------------------------------------

// The right to bind or connect: one thread has it at a time.
class StreamSocket::Connecting {
 public:
  Connecting(StreamSocket& socket, const std::string& what) : socket_(socket) {
    const WordMutexLock lock(socket_.state_mutex_);
    if (socket_.has(kConnected)) throwSocketError(what, Error::alreadyConnected);
    if (socket_.has(kConnecting)) throwSocketError(what, Error::connecting);
    socket_.set(kConnecting);
  }
  ~Connecting() {
    const WordMutexLock lock(socket_.state_mutex_);
    socket_.set(kConnecting, false);
  }
  Connecting(const Connecting&) = delete;
  Connecting& operator=(const Connecting&) = delete;

 private:
  StreamSocket& socket_;
};

// The attempts of an unbound socket, each on its own descriptor.
class StreamSocket::FreshSockets final : public AttemptSockets {
 public:
  explicit FreshSockets(const SocketOptions& options) : options_(options) {}
  Result<Handle> open(Family& family) override { return options_.open(family); }
  void discard(Handle handle) noexcept override { platform::close(handle); }

 private:
  const SocketOptions& options_;
};

// The attempt of a bound socket. A failed one leaves the descriptor unspecified (POSIX), and Linux releases its port
// while still reporting it; so the socket gets a new descriptor, bound as the old one was.
class StreamSocket::BoundSocket final : public AttemptSockets {
 public:
  BoundSocket(StreamSocket& socket, const InetSocketAddress& local) : socket_(socket), local_(toPlatform(local)) {}

  Result<Handle> open(Family& family) override {
    family = socket_.options_.family();
    return socket_.options_.remove(socket_.core_);
  }

  void discard(Handle handle) noexcept override {
    closeWithReset(handle);  // an orderly end could leave the port in TIME_WAIT
    Result<BoundHandle> bound = socket_.options_.openBound(local_);
    if (bound) return socket_.options_.install(socket_.core_, bound->handle.release(), bound->family);
    const WordMutexLock lock(socket_.state_mutex_);
    socket_.local_.reset();  // another socket has taken the port: this one is unbound again
  }

 private:
  StreamSocket& socket_;
  const platform::Address local_;
};

StreamSocket::StreamSocket(Handle handle, const InetSocketAddress& remote)
    : core_(handle), options_(familyFor(remote.getAddress())) {
  const WordMutexLock lock(state_mutex_);
  remote_ = remote;
  set(kConnected);
}

StreamSocket::StreamSocket(Handle handle, std::shared_ptr<const UnixDomainSocketAddress> server)
    : core_(handle), options_(Family::unixDomain) {
  becomeConnected(std::move(server));
}

void StreamSocket::bind(const InetSocketAddress& local) {
  const std::string what = "bind to " + local.toString();
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const Connecting exclusive(*this, what);
  if (this->local()) throwSocketError(what, Error::alreadyBound);
  Result<BoundHandle> bound = options_.openBound(toPlatform(local));
  if (!bound) throwSocketError(Operation::bind, what, bound.error());
  auto own = std::make_unique<InetSocketAddress>(local.getAddress(), bound->port);
  options_.install(core_, bound->handle.release(), bound->family);
  const WordMutexLock lock(state_mutex_);
  local_ = std::move(own);
}

void StreamSocket::connect(const InetSocketAddress& remote, std::chrono::milliseconds timeout) {
  checkedPort(remote.getPort(), 1);
  const Deadline deadline = Deadline::after(checkedTimeout(timeout));
  connectTo(remote.toString(), deadline, [&] { return std::vector<InetSocketAddress>{reachable(remote)}; });
}

void StreamSocket::connect(const UnixDomainSocketAddress& remote, std::chrono::milliseconds timeout) {
  const Deadline deadline = Deadline::after(checkedTimeout(timeout));
  const std::string what = "connect to " + remote.toString();
  const Activity connecting(lazyText(what));
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const Connecting exclusive(*this, what);
  if (local()) throwSocketError(what, Error::alreadyBound);
  auto server = std::make_shared<const UnixDomainSocketAddress>(remote);
  OwnedHandle connected = netlite::connectTo(core_, options_, remote, deadline, what);
  options_.install(core_, connected.release(), Family::unixDomain);
  becomeConnected(std::move(server));
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
  const Activity connecting(lazyText(what));
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(what, Error::socketClosed);
  const Connecting exclusive(*this, what);
  FreshSockets fresh(options_);
  const std::optional<InetSocketAddress> bound = local();
  std::optional<BoundSocket> boundSocket;
  if (bound) boundSocket.emplace(*this, *bound);
  AttemptSockets& sockets = bound ? static_cast<AttemptSockets&>(*boundSocket) : fresh;
  auto own = std::make_unique<InetSocketAddress>();  // before there is a descriptor that could be lost
  const Established established = Connector(core_, sockets, target, deadline).connect(resolve());
  const Family family = bound ? options_.family() : familyFor(established.remote.getAddress());
  options_.install(core_, established.handle, family);
  *own = established.local;
  becomeConnected(std::move(own), established.remote);
}

void StreamSocket::becomeConnected(std::unique_ptr<InetSocketAddress> local, const InetSocketAddress& remote) {
  const WordMutexLock lock(state_mutex_);
  local_ = std::move(local);
  remote_ = remote;
  set(kConnected);
}

void StreamSocket::becomeConnected(std::shared_ptr<const UnixDomainSocketAddress> server) {
  core_.wakeWritersByWaker();
  const WordMutexLock lock(state_mutex_);
  unix_domain_ = std::move(server);
  set(kConnected);
}

// ---- reading --------------------------------------------------------------------------------------------------------

std::size_t StreamSocket::read(void* buffer, std::size_t size) {
  if (size == 0) return 0;
  VirtualThread* const self = VirtualThread::current();
  if (self != nullptr) self->countCall();
  const Deadline deadline = CallClock::deadline(read_timeout_.get());
  const SocketCore::Pin pin(core_);
  if (!pin) throwRead(Error::socketClosed);
  if (!read_mutex_.tryLockUntil(deadline)) throwRead(Error::timedOut);
  const WordMutexLock turn(read_mutex_, std::adopt_lock);
  // Bytes that have arrived are returned, however short the timeout. But the member call may have made many reads
  // before this one, and a peer that always has more must not extend it.
  if (!deadline.isNever() && CallClock::readsAgain() && deadline.hasPassed()) throwRead(Error::timedOut);
  const bool mayBlock = self == nullptr && deadline.isNever() && !core_.isInherited();
  for (;;) {
    if (has(kInputShutDown | kUnread | kHasChannel)) return readSpecially(buffer, size, deadline);
    // In an OS thread without a deadline this is one system call, which close() and shutdownInput() can end.
    if (!mayBlock) awaitReadable(deadline);
    const Transfer got = platform::receive(core_.handle(), buffer, size, mayBlock);
    if (got.outcome == Outcome::done && got.count > 0) {
      if (got.count == size) core_.noteMoreInput();
      return got.count;
    }
    // The end and a failure are there for the next read, too.
    if (got.outcome != Outcome::wouldBlock || got.wasInterrupted()) core_.noteMoreInput();
    if (core_.isClosed()) throwRead(Error::socketClosed);
    if (isInputShutdown()) return 0;
    if (got.outcome == Outcome::done) return endOfInput();
    if (got.outcome == Outcome::failed && has(kInputEnded))
      return 0;  // Windows reports a reset that our write provoked
    if (got.outcome == Outcome::failed) throwRead(got.error());
    if (deadline.hasPassed()) throwRead(Error::timedOut);
    if (mayBlock) awaitReadable(deadline);
  }
}

// Reads what does not come from the descriptor as it is.
std::size_t StreamSocket::readSpecially(void* buffer, std::size_t size, Deadline deadline) {
  if (isInputShutdown()) return 0;
  if (has(kUnread)) return readUnreadBytes(buffer, size);
  Descriptor wire(*this);
  return channel_->read(wire, buffer, size, deadline);
}

std::size_t StreamSocket::readUnreadBytes(void* buffer, std::size_t size) {
  const WordMutexLock lock(state_mutex_);
  const std::size_t count = unread_.take(buffer, size);
  set(kUnread, !unread_.isEmpty());
  return count;
}

void StreamSocket::awaitReadable(Deadline deadline) {
  core_.await(platform::Interest::readable, deadline, [this] { return describe("read from"); });
}

// A zero-byte read may hide a reset whose error a concurrent write has consumed.
std::size_t StreamSocket::endOfInput() {
  awaitWriteInProgress();
  const WordMutexLock lock(state_mutex_);
  if (failure_) throwSocketError(Operation::other, "read from " + peerText(), failure_);
  set(kInputEnded);
  return 0;
}

// On a connection that was reset a write cannot take long; on any other there is no need to wait for it.
void StreamSocket::awaitWriteInProgress() {
  if (write_mutex_.try_lock()) return write_mutex_.unlock();
  if (!platform::isHungUp(core_.handle())) return;
  write_mutex_.lock();
  write_mutex_.unlock();
}

std::size_t StreamSocket::available() {
  const SocketCore::Pin pin(core_);
  if (!pin) throwRead(Error::socketClosed);
  if (isInputShutdown()) return 0;
  if (has(kHasChannel)) return availableOfChannel();
  const Transfer queued = platform::available(core_.handle());
  if (queued.outcome == Outcome::failed) throwRead(queued.error());
  const WordMutexLock lock(state_mutex_);
  return unread_.size() + queued.count;
}

// A reader that has the turn takes what arrives.
std::size_t StreamSocket::availableOfChannel() {
  std::size_t decrypted = 0;
  if (read_mutex_.try_lock()) {
    const WordMutexLock turn(read_mutex_, std::adopt_lock);
    Descriptor wire(*this);
    decrypted = channel_->available(wire);
  }
  const WordMutexLock lock(state_mutex_);
  return unread_.size() + decrypted;
}

bool StreamSocket::awaitInput(std::chrono::milliseconds patience) {
  const CallClock clock;
  const auto start = Deadline::Clock::now();
  const Deadline patient = patience.count() == 0 ? Deadline::at(start) : Deadline::after(start, patience);
  const Deadline deadline = earlier(patient, CallClock::deadline(read_timeout_.get()));
  const SocketCore::Pin pin(core_);
  if (!pin || isInputShutdown()) return true;
  if (!read_mutex_.tryLockUntil(deadline)) return false;
  const WordMutexLock turn(read_mutex_, std::adopt_lock);
  if (has(kUnread)) return true;
  if (has(kHasChannel)) {
    Descriptor wire(*this);
    return channel_->awaitInput(wire, deadline);
  }
  // If waiting itself fails, the read reports it.
  const auto what = [this] { return describe("read from"); };
  if (core_.wait(platform::Interest::readable, deadline, what).result == SocketCore::WaitResult::timedOut) return false;
  core_.noteMoreInput();
  return true;
}

// Does not take the read turn: another reader may hold it indefinitely, and this call's time may be over.
void StreamSocket::unread(std::string bytes) {
  const WordMutexLock lock(state_mutex_);
  unread_.putBack(std::move(bytes));
  set(kUnread, !unread_.isEmpty());
}

void StreamSocket::shutdownInput() {
  shutDown(kInputShutDown, Error::inputShutDown, "shut down input from", platform::shutdownInput);
}

void StreamSocket::throwRead(Error error) {
  if (error == Error::timedOut) throwTimeout(describe("read from"));
  throwSocketError(describe("read from"), error);
}

void StreamSocket::throwRead(std::error_code error) {
  firstFailure(error);
  throwSocketError(Operation::other, describe("read from"), error);
}

// ---- writing --------------------------------------------------------------------------------------------------------

void StreamSocket::write(const void* data, std::size_t size) {
  countCall();
  const char* const bytes = static_cast<const char*>(data);
  const Deadline deadline = CallClock::deadline(write_timeout_.get());
  const SocketCore::Pin pin(core_);
  if (!pin) throwWrite(Error::socketClosed);
  if (!write_mutex_.tryLockUntil(deadline)) throwWrite(Error::timedOut);
  const WordMutexLock turn(write_mutex_, std::adopt_lock);
  for (std::size_t sent = 0; sent < size;) {
    if (core_.isClosed() || has(kOutputShutDown | kHasChannel)) return writeSpecially(bytes, size, deadline);
    const Transfer transfer = platform::send(core_.handle(), bytes + sent, size - sent);
    if (transfer.outcome == Outcome::failed) throwWrite(transfer.error());
    sent += transfer.count;
    if (sent < size) awaitRoom(transfer, deadline, sent);
  }
}

void StreamSocket::writeSpecially(const char* bytes, std::size_t size, Deadline deadline) {
  requireWritable();
  Descriptor wire(*this);
  channel_->write(wire, bytes, size, deadline);
}

// Any failure but the connection's may be the file's. The caller finds out by reading it.
bool StreamSocket::sendFile(Handle file, std::uint64_t& total) {
  if (has(kHasChannel)) return false;
  const Deadline deadline = CallClock::deadline(write_timeout_.get());
  const SocketCore::Pin pin(core_);
  if (!pin) throwWrite(Error::socketClosed);
  if (!write_mutex_.tryLockUntil(deadline)) throwWrite(Error::timedOut);
  const WordMutexLock turn(write_mutex_, std::adopt_lock);
  const NonBlocking nonBlocking(core_.handle());
  if (nonBlocking.error()) return false;
  for (std::uint64_t sent = 0;;) {
    requireWritable();
    const Transfer transfer = platform::sendFile(core_.handle(), file);
    if (transfer.outcome == Outcome::failed && !endsWriting(transfer.error())) return false;
    if (transfer.outcome == Outcome::failed) throwWrite(transfer.error());
    if (transfer.outcome == Outcome::done && transfer.count == 0) return true;
    sent += transfer.count;
    total += transfer.count;
    awaitRoom(transfer, deadline, static_cast<std::size_t>(sent));
  }
}

// If the first send falls short, the rest has until the deadline: neither a peer that always takes a little nor a
// system that reports room and takes nothing may extend it.
void StreamSocket::awaitRoom(const Transfer& last, Deadline deadline, std::size_t sent) {
  if (deadline.hasPassed()) throwWrite(Error::timedOut, sent);
  if (last.outcome != Outcome::wouldBlock || last.wasInterrupted()) return;
  core_.await(
      platform::Interest::writable, deadline, [this] { return describe("write to"); }, sent);
}

void StreamSocket::shutdownOutput() {
  if (has(kHasChannel)) completeHandshake(CallClock::deadline(write_timeout_.get()));
  std::exception_ptr failure;
  shutDown(kOutputShutDown, Error::outputShutDown, "shut down output to", [&](Handle handle) {
    if (has(kHasChannel)) failure = failureOf([this] { endOutputOfChannel(); });
    return platform::shutdownOutput(handle);
  });
  if (failure) std::rethrow_exception(failure);
}

// A write that waits for room ends, as kOutputShutDown is set, so the turn is soon free.
void StreamSocket::endOutputOfChannel() {
  core_.wakeWaiters();
  const Deadline deadline = CallClock::deadline(write_timeout_.get());
  if (!write_mutex_.tryLockUntil(deadline)) return;
  const WordMutexLock turn(write_mutex_, std::adopt_lock);
  Descriptor wire(*this, Descriptor::Use::toEndOutput);
  try {
    channel_->endOutput(wire, deadline);
  } catch (const SocketException&) {
    if (core_.isClosed()) throw;  // any other failure is the connection's, and is there for the next read
  }
}

void StreamSocket::throwWrite(Error error, std::size_t sent) {
  if (error == Error::timedOut) throwTimeout(describe("write to"), sent);
  throwSocketError(describe("write to"), error);
}

void StreamSocket::throwWrite(std::error_code error) {
  requireWritable();
  throwSocketError(Operation::other, describe("write to"), firstFailure(error));
}

// ---- state ----------------------------------------------------------------------------------------------------------

// Returns whether the flag was set before. Also decides whether unread input is drained before close: only on a
// connection that ends in an orderly way and may have input.
bool StreamSocket::set(Flag flag, bool on) noexcept {
  const std::uint32_t before = flags_.load(std::memory_order_relaxed);
  const std::uint32_t now = on ? before | flag : before & ~static_cast<std::uint32_t>(flag);
  flags_.store(now, std::memory_order_release);
  core_.setDrainsInput((now & (kConnected | kInputEnded | kAbortive)) == kConnected);
  return (before & flag) != 0;
}

// The flag is set first, so that a call in progress that the shutdown ends knows the reason.
template <typename Shutdown>
void StreamSocket::shutDown(Flag direction, Error already, const char* operation, Shutdown shutdown) {
  const SocketCore::Pin pin(core_);
  if (!pin) throwSocketError(describe(operation), Error::socketClosed);
  requireConnected(operation);
  {
    const WordMutexLock lock(state_mutex_);
    if (set(direction)) throwSocketError(operation + (" " + peerText()), already);
  }
  const std::error_code error = shutdown(core_.handle());
  if (error) {
    const WordMutexLock lock(state_mutex_);
    set(direction, false);
  }
  core_.wakeWaiters();
  if (error) throwSocketError(Operation::other, describe(operation), error);
}

void StreamSocket::close() noexcept {
  try {
    local();  // so that the local address is known after the descriptor is gone
  } catch (const std::bad_alloc&) {
    // the address is lost, but that is no reason not to close
  }
  abandon();
}

// A connection that is to be reset gets no orderly end.
void StreamSocket::closeChannel() noexcept {
  if (!has(kHasChannel) || has(kAbortive)) return;
  const SocketCore::Pin pin(core_);
  if (!pin) return;
  Descriptor wire(*this, Descriptor::Use::toEndOutput);
  channel_->close(wire);
}

void StreamSocket::setChannel(std::unique_ptr<Channel> channel) {
  constexpr const char* kOperation = "secure";
  const Deadline deadline = CallClock::deadline(read_timeout_.get());
  const SocketCore::Pin pin(core_);
  requireConnected(kOperation);
  if (!read_mutex_.tryLockUntil(deadline)) throwTimeout(describe(kOperation));
  const WordMutexLock readTurn(read_mutex_, std::adopt_lock);
  if (!write_mutex_.tryLockUntil(deadline)) throwTimeout(describe(kOperation));
  const WordMutexLock writeTurn(write_mutex_, std::adopt_lock);
  const WordMutexLock lock(state_mutex_);
  if (has(kHasChannel)) throwSocketError(kOperation + (" " + peerText()), Error::alreadySecured);
  channel_ = std::move(channel);
  core_.wakeWritersByWaker();
  unread_ = UnreadBytes();
  set(kUnread, false);
  set(kHasChannel);
}

void StreamSocket::completeHandshake(Deadline deadline) {
  const Deadline earliest = earlier(deadline, CallClock::deadline(read_timeout_.get()));
  const SocketCore::Pin pin(core_);
  requireOpen("handshake with");
  Descriptor wire(*this);
  channel_->handshake(wire, earliest);
}

void StreamSocket::requireOpen(const char* operation) {
  if (core_.isClosed()) throwSocketError(describe(operation), Error::socketClosed);
}

void StreamSocket::requireConnected(const char* operation) {
  requireOpen(operation);
  if (!isConnected()) throwSocketError(describe(operation), Error::notConnected);
}

void StreamSocket::requireInput() {
  requireConnected("get input stream of");
  if (isInputShutdown()) throwSocketError(describe("get input stream of"), Error::inputShutDown);
}

void StreamSocket::requireOutput() {
  requireConnected("get output stream of");
  if (isOutputShutdown()) throwSocketError(describe("get output stream of"), Error::outputShutDown);
}

std::optional<InetSocketAddress> StreamSocket::remote() const {
  const WordMutexLock lock(state_mutex_);
  return remote_;
}

// The local address of an accepted socket is queried only on request.
std::optional<InetSocketAddress> StreamSocket::local() {
  const SocketCore::Pin pin(core_);
  const WordMutexLock lock(state_mutex_);
  if (!local_ && remote_ && pin) {
    const Result<platform::Address> bound = platform::localAddress(core_.handle());
    if (bound) local_ = std::make_unique<InetSocketAddress>(inetSocketAddress(*bound));
  }
  return local_ == nullptr ? std::nullopt : std::optional(*local_);
}

std::shared_ptr<const UnixDomainSocketAddress> StreamSocket::unixDomain() const {
  const WordMutexLock lock(state_mutex_);
  return unix_domain_;
}

PeerCredentials StreamSocket::peerCredentials() {
  constexpr const char* kOperation = "get credentials of";
  const SocketCore::Pin pin(core_);
  requireConnected(kOperation);
  if (unixDomain() == nullptr) throwSocketError(describe(kOperation), Error::notSupported);
  const Result<platform::Credentials> peer = platform::peerCredentials(core_.handle());
  if (peer) return {peer->user, peer->group, peer->process};
  if (peer.error() == std::errc::operation_not_supported) throwSocketError(describe(kOperation), Error::notSupported);
  throwSocketError(Operation::other, describe(kOperation), peer.error());
}

// Remembers the failure if it breaks the connection. Returns the failure that broke it first, or else this one. Once
// the input has ended cleanly it stays so, although Windows reports the reset that our own write provokes.
std::error_code StreamSocket::firstFailure(std::error_code error) {
  const WordMutexLock lock(state_mutex_);
  if (!failure_ && !has(kInputEnded) && breaksConnection(error)) failure_ = error;
  return failure_ ? failure_ : error;
}

void StreamSocket::setReadTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set read timeout of");
  read_timeout_.set(timeout);
}

void StreamSocket::setWriteTimeout(std::chrono::milliseconds timeout) {
  checkedTimeout(timeout);
  requireOpen("set write timeout of");
  write_timeout_.set(timeout);
}

std::chrono::milliseconds StreamSocket::readTimeout() {
  requireOpen("get read timeout of");
  return read_timeout_.get();
}

std::chrono::milliseconds StreamSocket::writeTimeout() {
  requireOpen("get write timeout of");
  return write_timeout_.get();
}

void StreamSocket::setOption(Option option, int value) {
  if (const std::error_code error = options_.set(core_, option, value)) {
    throwSocketError(Operation::other, "set option of " + toString(), error);
  }
  if (option != Option::linger) return;
  core_.setLingers(value > 0);
  const WordMutexLock lock(state_mutex_);
  set(kAbortive, value == 0);
}

int StreamSocket::getOption(Option option) {
  const Result<int> value = options_.get(core_, option);
  if (!value) throwSocketError(Operation::other, "get option of " + toString(), value.error());
  return *value;
}

std::string StreamSocket::peerText() const {
  if (unix_domain_ != nullptr) return unix_domain_->toString();
  return remote_ ? remote_->toString() : "unconnected socket";
}

std::string StreamSocket::describe(const char* operation) const {
  const WordMutexLock lock(state_mutex_);
  return operation + (" " + peerText());
}

std::string StreamSocket::toString() {
  if (const auto server = unixDomain()) return "Socket[addr=" + server->toString() + "]";
  const std::optional<InetSocketAddress> peer = remote();
  if (!peer) return "Socket[unconnected]";
  const std::optional<InetSocketAddress> own = local();
  return "Socket[addr=" + peer->getAddress().toString() + ",port=" + std::to_string(peer->getPort()) +
         ",localport=" + std::to_string(own ? own->getPort() : -1) + "]";
}

void closeWithReset(Handle handle) noexcept {
  platform::setOption(handle, Family::ipv4, Option::linger, 0);  // linger needs no family
  platform::close(handle);
}

}  // namespace netlite
