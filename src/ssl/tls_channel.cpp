// SPDX-License-Identifier: MIT
//
// One TLS connection: OpenSSL between a socket's bytes and its wire.
// Thread-safety: see the header.
#include "ssl/tls_channel.hpp"

#include "base/errors.hpp"
#include "ssl/certificate_text.hpp"
#include "ssl/openssl_error.hpp"

#include <netlite/ssl_exceptions.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace netlite::ssl {

namespace {

// Large enough for most messages, and small enough for a stack: an idle connection waits in a receive of this size, and
// has no other memory for records.
constexpr std::size_t kSmallReceive = 4096;
constexpr std::size_t kLargeReceive = 32768;

// How much is encrypted before it is sent.
constexpr std::size_t kMaxChunk = 65536;
constexpr std::size_t kRecordSize = 16384;
constexpr std::size_t kRecordOverhead = 256;  // upper bound; the key update that may come first included

// What OpenSSL may answer to a peer that sends and never reads: refused renegotiations.
constexpr std::size_t kMaxAnswers = 65536;

// A record starts with its kind and the major version.
constexpr unsigned char kFirstKind = 20;
constexpr unsigned char kLastKind = 23;
constexpr unsigned char kMajorVersion = 3;

}  // namespace

// ---- OpenSSL --------------------------------------------------------------------------------------------------------

TlsChannel::TlsChannel(std::shared_ptr<Setup> setup, Side side, const std::string& host, const std::string& server)
    : setup_(std::move(setup)), side_(side), notes_{host, server, setup_.get(), {}} {}

// Without this OpenSSL would not resume the session of a connection that has sent no close_notify.
TlsChannel::~TlsChannel() {
  if (connection_ != nullptr && !failure_)
    SSL_set_shutdown(connection_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// Never freed, as connections may outlive static destructors.
const BIO_METHOD* TlsChannel::bioMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = orBadAlloc(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "netlite"));
    BIO_meth_set_read(made, takeInput);
    BIO_meth_set_write(made, queueOutput);
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1L : 0L; });
    return made;
  }();
  return method;
}

// mutex_ is held, which the analysis cannot see.
int TlsChannel::takeInput(BIO* bio, char* buffer, int size) noexcept NETLITE_NO_THREAD_SAFETY_ANALYSIS {
  auto& channel = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (channel.may_take_input_ && !channel.input_.isEmpty()) {
    return static_cast<int>(channel.input_.take(buffer, static_cast<std::size_t>(size)));
  }
  BIO_set_retry_read(bio);
  return -1;
}

int TlsChannel::queueOutput(BIO* bio, const char* data, int size) noexcept NETLITE_NO_THREAD_SAFETY_ANALYSIS {
  auto& channel = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  try {
    channel.queued_.insert(channel.queued_.end(), data, data + size);
    if (channel.may_take_input_) channel.answers_size_ += static_cast<std::size_t>(size);
    return size;
  } catch (const std::bad_alloc&) {
    channel.is_out_of_memory_ = true;
    return -1;
  }
}

void TlsChannel::openConnection() {
  OwnedSsl opened = side_ == Side::server ? setup_->newServer(notes_) : setup_->newClient(notes_);
  BIO* const bio = orBadAlloc(BIO_new(bioMethod()));
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(opened.get(), bio, bio);
  connection_ = std::move(opened);
}

// ---- the handshake --------------------------------------------------------------------------------------------------

void TlsChannel::handshake(Wire& wire, Deadline deadline) {
  if (is_established_.load(std::memory_order_acquire)) return;
  const auto what = [&wire] { return wire.describe("handshake with"); };
  if (!handshake_turn_.tryLockUntil(deadline)) throwTimeout(what());
  const MutexLock turn(handshake_turn_, std::adopt_lock);
  if (is_established_.load(std::memory_order_relaxed)) return;
  throwIfFailed();
  if (!handshake_deadline_) handshake_deadline_ = Deadline::after(setup_->settings().handshakeTimeout);
  try {
    driveHandshake(wire, earlier(deadline, *handshake_deadline_));
  } catch (const SocketTimeoutException&) {
    if (handshake_deadline_->hasPassed()) {
      const MutexLock lock(mutex_);
      fail({Failure::Kind::timeout, what(), {}});
    }
    throwTimeout(what());
  }
}

void TlsChannel::driveHandshake(Wire& wire, Deadline deadline) {
  for (bool again = false;; again = true) {
    const Step step = stepHandshake(wire);
    if (step == Step::failed) {
      sendWithoutWaiting(wire);  // the alert
      throwIfFailed();
    }
    sendAll(wire, deadline, 0);
    if (step == Step::done) return finishHandshake(wire);
    // A peer that sends little at a time must not extend it.
    if (again && deadline.hasPassed()) throwTimeout(wire.describe("handshake with"));
    if (receiveMore(wire, deadline)) continue;
    if (wire.isInputShutDown()) throwSocketError(wire.describe("handshake with"), Error::inputShutDown);
    const MutexLock lock(mutex_);
    fail({Failure::Kind::handshake, wire.describe("handshake with"),
          isPlainText() ? "the peer speaks no TLS" : "the peer closed the connection"});
    throwFailure(*failure_);
  }
}

TlsChannel::Step TlsChannel::stepHandshake(Wire& wire) {
  const MutexLock lock(mutex_);
  if (connection_ == nullptr) openConnection();
  clearErrors();
  may_take_input_ = true;
  const int result = SSL_do_handshake(connection_.get());
  may_take_input_ = false;
  if (result == 1) return Step::done;
  const int error = SSL_get_error(connection_.get(), result);
  throwIfOutOfMemory();
  if (error == SSL_ERROR_WANT_READ && !isPlainText()) return Step::needsInput;
  fail({Failure::Kind::handshake, wire.describe("handshake with"), refusal()});
  return Step::failed;
}

// Why OpenSSL has refused to go on.
std::string TlsChannel::refusal() {
  std::string reason = takeReason();
  if (isPlainText()) return "the peer speaks no TLS";
  return notes_.refusal.empty() ? reason : notes_.refusal;
}

void TlsChannel::finishHandshake(Wire& wire) {
  const MutexLock lock(mutex_);
  SSL* const connection = connection_.get();
  // A session of TLS 1.2 may be resumed again and again; TLS 1.3 sends a new ticket.
  if (side_ == Side::client && SSL_session_reused(connection) == 1 && SSL_version(connection) == TLS1_2_VERSION) {
    setup_->sessions().put(notes_.server, OwnedSession(SSL_get1_session(connection)));
  }
  forks_ = wire.forkCount();
  is_established_.store(true, std::memory_order_release);
}

// ---- reading --------------------------------------------------------------------------------------------------------

std::size_t TlsChannel::read(Wire& wire, void* buffer, std::size_t size, Deadline deadline) {
  handshake(wire, deadline);
  char* const bytes = static_cast<char*>(buffer);
  for (bool again = false;; again = true) {
    Decrypted last = decrypt(wire, bytes, size);
    std::size_t count = last.count;
    while (last.count > 0 && count < size && !last.isOver() && may_have_more_ && tryReceiveMore(wire)) {
      last = decrypt(wire, bytes + count, size - count);
      count += last.count;
    }
    if (last.hasAnswers) sendWithoutWaiting(wire);
    if (last.isOver()) input_.clear();
    if (!may_have_more_) input_.rest();
    if (count > 0) return count;
    if (last.hasFailed) throwIfFailed();
    if (last.hasEnded) return 0;
    // A peer that sends records without bytes must not extend it.
    if (again && deadline.hasPassed()) throwTimeout(wire.describe("read from"));
    if (receiveMore(wire, deadline)) continue;
    if (wire.isInputShutDown()) return 0;
    throwCutShort(wire);
  }
}

// Whether more has arrived. Bytes that are decrypted already must not be lost, so a failure is left to the next read.
bool TlsChannel::tryReceiveMore(Wire& wire) {
  try {
    return receiveWhatHasArrived(wire).value_or(0) > 0;
  } catch (const std::exception&) {
    return false;
  }
}

// Waits for records. False at the end of the stream and after shutdownInput().
bool TlsChannel::receiveMore(Wire& wire, Deadline deadline) {
  if (may_have_more_) {
    if (const auto count = receiveWhatHasArrived(wire)) return *count > 0;
  }
  input_.rest();
  char small[kSmallReceive];
  const std::size_t count = wire.receive(small, sizeof small, deadline);
  may_have_more_ = count == sizeof small;
  noteFirstBytes(small, count);
  keep(small, count);
  return count > 0;
}

// Bytes that find no memory are lost, and the records after them are worth nothing.
void TlsChannel::keep(const char* bytes, std::size_t count) {
  try {
    std::copy_n(bytes, count, input_.room(count));
  } catch (const std::bad_alloc&) {
    const MutexLock lock(mutex_);
    fail({Failure::Kind::memory, {}, {}});
    throw;
  }
  input_.added(count);
}

std::optional<std::size_t> TlsChannel::receiveWhatHasArrived(Wire& wire) {
  char* const room = input_.room(kLargeReceive);
  const auto count = wire.tryReceive(room, kLargeReceive);
  may_have_more_ = count == kLargeReceive;
  if (!count) return std::nullopt;
  noteFirstBytes(room, *count);
  input_.added(*count);
  return count;
}

void TlsChannel::noteFirstBytes(const char* bytes, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count && first_bytes_count_ < sizeof first_bytes_; ++i) {
    first_bytes_[first_bytes_count_++] = static_cast<unsigned char>(bytes[i]);
  }
}

// Whether the peer's first bytes cannot be those of a record.
bool TlsChannel::isPlainText() const noexcept {
  if (first_bytes_count_ == 0) return false;
  const bool isKind = kFirstKind <= first_bytes_[0] && first_bytes_[0] <= kLastKind;
  return !isKind || (first_bytes_count_ > 1 && first_bytes_[1] != kMajorVersion);
}

bool TlsChannel::hasInput() { return !input_.isEmpty() || SSL_pending(connection_.get()) > 0; }

// Decrypts what has been received, as far as there is room. Notes why it cannot go on.
TlsChannel::Decrypted TlsChannel::decrypt(Wire& wire, char* buffer, std::size_t size) {
  const MutexLock lock(mutex_);
  std::size_t total = 0;
  may_take_input_ = true;
  while (total < size && !failure_ && !input_ended_ && hasInput()) {
    clearErrors();
    std::size_t count = 0;
    const int result = SSL_read_ex(connection_.get(), buffer + total, size - total, &count);
    total += count;
    if (result != 1) noteReadFailure(wire, SSL_get_error(connection_.get(), result));
  }
  may_take_input_ = false;
  giveBuffersBack();
  if (total > 0) has_read_ = true;
  return {total, failure_.has_value(), input_ended_, !queued_.empty()};
}

// Whether a read would not wait.
bool TlsChannel::isReadable(Wire& wire) {
  const MutexLock lock(mutex_);
  if (!failure_ && !input_ended_ && hasInput()) {
    clearErrors();
    may_take_input_ = true;
    char byte = 0;
    std::size_t count = 0;
    const int result = SSL_peek_ex(connection_.get(), &byte, 1, &count);
    may_take_input_ = false;
    if (result == 1) return true;
    noteReadFailure(wire, SSL_get_error(connection_.get(), result));
    giveBuffersBack();
  }
  return failure_ || input_ended_;
}

// OpenSSL does so itself after a read and after a write, but keeps the write buffer that a session ticket makes it set
// up. It refuses while records are in its buffers.
void TlsChannel::giveBuffersBack() { SSL_free_buffers(connection_.get()); }

// An alert about the handshake may arrive after this side has completed it: in TLS 1.3 the client is first.
void TlsChannel::noteReadFailure(Wire& wire, int error) {
  if (answers_size_ > kMaxAnswers) {
    return fail({Failure::Kind::protocol, wire.describe("read from"), "the peer sends requests and reads no answers"});
  }
  if (error == SSL_ERROR_WANT_READ) return;
  if (error == SSL_ERROR_ZERO_RETURN) {
    input_ended_ = true;
    return;
  }
  throwIfOutOfMemory();
  const int alert = firstAlert();
  if (alert < 0) return fail({Failure::Kind::protocol, wire.describe("read from"), takeReason()});
  const bool isOfHandshake = !has_read_ && concernsHandshake(alert);
  const auto kind = isOfHandshake ? Failure::Kind::handshake : Failure::Kind::general;
  fail({kind, wire.describe(isOfHandshake ? "handshake with" : "read from"), takeReason()});
}

// Anyone on the way can end a connection, but only the peer can say that it has ended the stream.
void TlsChannel::throwCutShort(Wire& wire) {
  wire.confirmEnd();
  throw SSLException(std::make_error_code(std::errc::connection_aborted), wire.describe("read from"),
                     "cut short: the connection ended without close_notify");
}

std::size_t TlsChannel::available(Wire& wire) {
  try {
    handshake(wire, Deadline::at(Deadline::Clock::now()));
  } catch (const SocketTimeoutException&) {
    throwIfFailed();
    return 0;
  }
  // One receive only: a peer that sends records without bytes must not hold up the caller.
  const bool mayWait = !isReadable(wire) && (receiveWhatHasArrived(wire).value_or(0) == 0 || !isReadable(wire));
  sendWithoutWaiting(wire);
  if (mayWait) return input_.rest(), 0;
  throwIfFailed();
  const MutexLock lock(mutex_);
  return static_cast<std::size_t>(SSL_pending(connection_.get()));
}

// A failure is there for the read.
bool TlsChannel::awaitInput(Wire& wire, Deadline deadline) {
  try {
    handshake(wire, deadline);
    while (!isReadable(wire)) {
      if (!receiveMore(wire, deadline)) return true;
      if (deadline.hasPassed()) return isReadable(wire);
    }
  } catch (const SocketTimeoutException&) {
    const MutexLock lock(mutex_);
    return failure_.has_value();
  } catch (const IOException&) {
  }
  return true;
}

// ---- writing --------------------------------------------------------------------------------------------------------

void TlsChannel::write(Wire& wire, const char* data, std::size_t size, Deadline deadline) {
  handshake(wire, deadline);
  {
    const MutexLock turn(send_turn_);
    sendQueued(wire, deadline, 0);  // what an earlier call has left
    for (std::size_t encrypted = 0; encrypted < size;) {
      if (encrypted > 0 && deadline.hasPassed()) throwTimeout(wire.describe("write to"), encrypted);
      const std::size_t count = std::min(size - encrypted, kMaxChunk);
      encrypt(wire, data + encrypted, count);
      encrypted += count;
      wire.send(sending_.data(), sending_.size(), sent_, deadline, encrypted);
      forgetSent();
    }
  }
  sendWithoutWaiting(wire);  // what a reader has queued meanwhile, for which it did not get the turn
}

// Puts records into sending_, which is empty, after those that a reader has queued. Reserves the memory first: a record
// that OpenSSL has made and that is lost would end the connection.
void TlsChannel::encrypt(Wire& wire, const char* data, std::size_t size) {
  const MutexLock lock(mutex_);
  if (failure_) throwFailure(*failure_);
  // Only close() leads here: after shutdownOutput() StreamSocket refuses the write.
  if (output_ended_) throwSocketError(wire.describe("write to"), Error::socketClosed);
  queued_.reserve(queued_.size() + size + (size / kRecordSize + 1) * kRecordOverhead);
  clearErrors();
  std::size_t written = 0;
  if (SSL_write_ex(connection_.get(), data, size, &written) == 1 && written == size) return takeQueued();
  throwIfOutOfMemory();
  fail({Failure::Kind::general, wire.describe("write to"), takeReason()});
  throwFailure(*failure_);
}

void TlsChannel::sendAll(Wire& wire, Deadline deadline, std::size_t bytesTransferred) {
  {
    const MutexLock turn(send_turn_);
    sendQueued(wire, deadline, bytesTransferred);
  }
  sendWithoutWaiting(wire);  // as write() does
}

void TlsChannel::sendQueued(Wire& wire, Deadline deadline, std::size_t bytesTransferred) {
  while (takeNextToSend()) wire.send(sending_.data(), sending_.size(), sent_, deadline, bytesTransferred);
}

void TlsChannel::sendWithoutWaiting(Wire& wire) {
  while (hasQueued() && send_turn_.try_lock()) {
    const MutexLock turn(send_turn_, std::adopt_lock);
    if (!trySendAll(wire)) return;
  }
}

// Returns whether everything is sent.
bool TlsChannel::trySendAll(Wire& wire) {
  while (takeNextToSend()) {
    const std::size_t count = wire.trySend(sending_.data() + sent_, sending_.size() - sent_);
    sent_ += count;
    if (count == 0) return false;
  }
  return true;
}

// Returns whether something in sending_ is to be sent. Keeps no large memory if nothing is.
bool TlsChannel::takeNextToSend() {
  if (sent_ < sending_.size()) return true;
  forgetSent();
  const MutexLock lock(mutex_);
  takeQueued();
  return !sending_.empty();
}

void TlsChannel::takeQueued() {
  sending_.swap(queued_);
  answers_size_ = 0;
}

void TlsChannel::forgetSent() {
  sending_.clear();
  sent_ = 0;
  if (sending_.capacity() > kKeptCapacity) Bytes().swap(sending_);  // an assignment would keep the memory
}

bool TlsChannel::hasQueued() {
  const MutexLock lock(mutex_);
  return !queued_.empty();
}

// What a write that was ended has left cannot be completed without waiting for a peer that takes nothing. The peer then
// sees a stream that was cut short, which is what happened.
void TlsChannel::endOutput(Wire& wire, Deadline deadline) {
  {
    const MutexLock turn(send_turn_);
    if (!trySendAll(wire)) return;
  }
  if (endsOutput()) sendAll(wire, deadline, 0);
}

// Queues close_notify if the peer may get one. Returns whether it did.
bool TlsChannel::endsOutput() {
  const MutexLock lock(mutex_);
  if (failure_ || output_ended_ || !is_established_.load(std::memory_order_relaxed)) return false;
  clearErrors();
  SSL_shutdown(connection_.get());
  throwIfOutOfMemory();
  output_ended_ = true;
  return true;
}

void TlsChannel::close(Wire& wire) noexcept {
  try {
    sayGoodbye(wire);
  } catch (...) {
    // Out of memory: the peer sees a stream that was cut short.
  }
}

// Another process that has the keys too may go on with the connection.
void TlsChannel::sayGoodbye(Wire& wire) {
  if (!is_established_.load(std::memory_order_acquire)) return;
  {
    const MutexLock lock(mutex_);
    if (forks_ != wire.forkCount()) return;
  }
  if (!send_turn_.try_lock()) return;
  const MutexLock turn(send_turn_, std::adopt_lock);
  if (trySendAll(wire) && endsOutput()) trySendAll(wire);
}

// ---- what has been agreed on ----------------------------------------------------------------------------------------

TlsChannel::Agreement TlsChannel::agreement() {
  const MutexLock lock(mutex_);
  SSL* const connection = connection_.get();
  const unsigned char* protocol = nullptr;
  unsigned int protocolSize = 0;
  SSL_get0_alpn_selected(connection, &protocol, &protocolSize);
  Agreement agreement{SSL_get_version(connection),
                      SSL_get_cipher_name(connection),
                      std::string(reinterpret_cast<const char*>(protocol), protocolSize),
                      SSL_session_reused(connection) == 1,
                      {}};
  const OwnedX509 own(SSL_get_peer_certificate(connection));
  if (own == nullptr) return agreement;
  agreement.peerCertificates.push_back(described(own.get()));
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(connection);
  // On the client's side it begins with the peer's own.
  for (int i = side_ == Side::client ? 1 : 0; i < sk_X509_num(chain); ++i) {
    agreement.peerCertificates.push_back(described(sk_X509_value(chain, i)));
  }
  return agreement;
}

// ---- failures -------------------------------------------------------------------------------------------------------

void TlsChannel::fail(Failure failure) {
  if (!failure_) failure_ = std::move(failure);
}

void TlsChannel::throwIfFailed() {
  const MutexLock lock(mutex_);
  if (failure_) throwFailure(*failure_);
}

// OpenSSL cannot go on where memory ran out.
void TlsChannel::throwIfOutOfMemory() {
  try {
    if (is_out_of_memory_) throw std::bad_alloc();
    ssl::throwIfOutOfMemory();
  } catch (const std::bad_alloc&) {
    may_take_input_ = false;
    fail({Failure::Kind::memory, {}, {}});
    throw;
  }
}

void TlsChannel::throwFailure(const Failure& failure) {
  const std::error_code code = std::make_error_code(std::errc::protocol_error);
  switch (failure.kind) {
    case Failure::Kind::timeout: throwTimeout(failure.text);
    case Failure::Kind::handshake: throw SSLHandshakeException(code, failure.text, failure.reason);
    case Failure::Kind::protocol: throw SSLProtocolException(code, failure.text, failure.reason);
    case Failure::Kind::general: throw SSLException(code, failure.text, failure.reason);
    case Failure::Kind::memory: break;
  }
  throw SSLException(std::make_error_code(std::errc::not_enough_memory), "TLS connection", "memory ran out earlier");
}

}  // namespace netlite::ssl
