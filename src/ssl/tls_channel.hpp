// SPDX-License-Identifier: MIT
//
// TlsChannel: one TLS connection of a socket.
// Thread-safety: as Channel says.
#pragma once

#include "base/deadline.hpp"
#include "base/thread_annotations.hpp"
#include "net/channel.hpp"
#include "ssl/annotated_mutex.hpp"
#include "ssl/openssl.hpp"
#include "ssl/record_input.hpp"
#include "ssl/settings.hpp"

#include <netlite/ssl_certificate.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace netlite::ssl {

/// OpenSSL never sees the descriptor. It takes records from input_ and puts records into queued_, which needs no
/// waiting, so mutex_ is held for computing only. What waits holds a turn:
///
///   read turn       of the StreamSocket: fills input_ from the wire
///   send turn       send_turn_: moves queued_ to the wire by way of sending_. Only its holder waits for room, and only
///                   if it writes; a reader that has made OpenSSL answer, and close(), try for the turn and do not wait
///   handshake turn  handshake_turn_: until the handshake is complete its holder has the read turn's rights, and every
///                   other call waits for it
///
/// Lock order: the StreamSocket's turns, handshake_turn_, send_turn_, mutex_.
class TlsChannel final : public Channel {
 public:
  enum class Side { client, server };

  /// @param host of a client: checked by checkedHost()
  TlsChannel(std::shared_ptr<Setup> setup, Side side, const std::string& host = {}, const std::string& port = {});
  ~TlsChannel() override;

  void handshake(Wire& wire, Deadline deadline) override;
  std::size_t read(Wire& wire, void* buffer, std::size_t size, Deadline deadline) override;
  void write(Wire& wire, const char* data, std::size_t size, Deadline deadline) override;
  std::size_t available(Wire& wire) override;
  bool awaitInput(Wire& wire, Deadline deadline) override;
  void endOutput(Wire& wire, Deadline deadline) override;
  void close(Wire& wire) noexcept override;

  /// What the handshake has agreed on. It must be complete.
  struct Agreement {
    std::string protocol;
    std::string cipherSuite;
    std::string applicationProtocol;
    bool isResumed;
    std::vector<SSLCertificate> peerCertificates;
  };
  Agreement agreement() NETLITE_EXCLUDES(mutex_);

  /// Of a client: whose certificate it wants.
  const std::string& host() const noexcept { return notes_.host; }

 private:
  using Bytes = std::vector<char>;

  enum class Step { done, needsInput, failed };

  struct Failure {
    enum class Kind { handshake, timeout, protocol, general, memory };
    Kind kind;
    std::string text;  // the operation and the peer; this and the next one not for memory
    std::string reason;
  };

  static const BIO_METHOD* bioMethod();
  static int takeInput(BIO* bio, char* buffer, int size) noexcept;
  static int queueOutput(BIO* bio, const char* data, int size) noexcept;

  void driveHandshake(Wire& wire, Deadline deadline) NETLITE_REQUIRES(handshake_turn_);
  Step stepHandshake(Wire& wire) NETLITE_EXCLUDES(mutex_);
  void openConnection() NETLITE_REQUIRES(mutex_);
  void finishHandshake(Wire& wire) NETLITE_EXCLUDES(mutex_);
  std::string refusal() NETLITE_REQUIRES(mutex_);

  bool tryReceiveMore(Wire& wire);
  bool receiveMore(Wire& wire, Deadline deadline);
  std::optional<std::size_t> receiveWhatHasArrived(Wire& wire);
  void keep(const char* bytes, std::size_t count) NETLITE_EXCLUDES(mutex_);
  void noteFirstBytes(const char* bytes, std::size_t count) noexcept;
  bool isPlainText() const noexcept;

  struct Decrypted {
    std::size_t count;
    bool hasFailed;
    bool hasEnded;
    bool hasAnswers;  // something is to be sent

    bool isOver() const noexcept { return hasFailed || hasEnded; }
  };
  Decrypted decrypt(Wire& wire, char* buffer, std::size_t size) NETLITE_EXCLUDES(mutex_);
  bool isReadable(Wire& wire) NETLITE_EXCLUDES(mutex_);
  bool hasInput() NETLITE_REQUIRES(mutex_);
  void giveBuffersBack() NETLITE_REQUIRES(mutex_);
  [[noreturn]] void throwCutShort(Wire& wire);
  void noteReadFailure(Wire& wire, int error) NETLITE_REQUIRES(mutex_);

  void encrypt(Wire& wire, const char* data, std::size_t size) NETLITE_REQUIRES(send_turn_) NETLITE_EXCLUDES(mutex_);
  void sendAll(Wire& wire, Deadline deadline, std::size_t bytesTransferred) NETLITE_EXCLUDES(mutex_, send_turn_);
  void sendQueued(Wire& wire, Deadline deadline, std::size_t bytesTransferred) NETLITE_REQUIRES(send_turn_)
      NETLITE_EXCLUDES(mutex_);
  void sendWithoutWaiting(Wire& wire) NETLITE_EXCLUDES(mutex_, send_turn_);
  bool trySendAll(Wire& wire) NETLITE_REQUIRES(send_turn_) NETLITE_EXCLUDES(mutex_);
  bool takeNextToSend() NETLITE_REQUIRES(send_turn_) NETLITE_EXCLUDES(mutex_);
  void takeQueued() NETLITE_REQUIRES(send_turn_, mutex_);
  void forgetSent() NETLITE_REQUIRES(send_turn_);
  bool hasQueued() NETLITE_EXCLUDES(mutex_);
  bool endsOutput() NETLITE_EXCLUDES(mutex_);
  void sayGoodbye(Wire& wire) NETLITE_EXCLUDES(mutex_, send_turn_);

  void fail(Failure failure) NETLITE_REQUIRES(mutex_);
  void throwIfFailed() NETLITE_EXCLUDES(mutex_);
  void throwIfOutOfMemory() NETLITE_REQUIRES(mutex_);
  [[noreturn]] static void throwFailure(const Failure& failure);

  const std::shared_ptr<Setup> setup_;
  const Side side_;
  std::atomic<bool> is_established_{false};  // the handshake is complete

  AnnotatedMutex handshake_turn_;
  std::optional<Deadline> handshake_deadline_ NETLITE_GUARDED_BY(handshake_turn_);  // from the first step on

  AnnotatedMutex send_turn_;
  Bytes sending_ NETLITE_GUARDED_BY(send_turn_);
  std::size_t sent_ NETLITE_GUARDED_BY(send_turn_) = 0;  // of sending_

  // These belong to the holder of the read turn. Of the first bytes only those that a record's kind and version are.
  RecordInput input_;
  bool may_have_more_ = false;  // the last receive filled its buffer
  unsigned char first_bytes_[2] = {};
  std::size_t first_bytes_count_ = 0;

  AnnotatedMutex mutex_;
  Notes notes_;                                              // what connection_ notes; its refusal is guarded by mutex_
  OwnedSsl connection_ NETLITE_GUARDED_BY(mutex_);           // null before the first step
  bool may_take_input_ NETLITE_GUARDED_BY(mutex_) = false;   // the caller of OpenSSL may use input_
  Bytes queued_ NETLITE_GUARDED_BY(mutex_);                  // records that are to be sent after sending_
  std::size_t answers_size_ NETLITE_GUARDED_BY(mutex_) = 0;  // of queued_: what OpenSSL has added while it read
  bool is_out_of_memory_ NETLITE_GUARDED_BY(mutex_) = false;  // a record could not be queued
  bool input_ended_ NETLITE_GUARDED_BY(mutex_) = false;       // by close_notify
  bool output_ended_ NETLITE_GUARDED_BY(mutex_) = false;      // as above
  bool has_read_ NETLITE_GUARDED_BY(mutex_) = false;          // bytes of the peer's program
  std::optional<Failure> failure_ NETLITE_GUARDED_BY(mutex_);
  std::uint32_t forks_ NETLITE_GUARDED_BY(mutex_) = 0;  // forkCount() when the handshake was completed
};

}  // namespace netlite::ssl
