// SPDX-License-Identifier: MIT
//
// RedisRoom: a room that several servers share. What a client says goes into a stream of Redis; what comes out of the
// stream is relayed, at every server in the same order, and each line once.
//
// A thread keeps two connections to Redis while the room lives. By one it reads the stream; by the other a second
// thread sends what the clients have said. If anything goes wrong with one of them, both are closed, and after a pause
// the thread begins again: it reads what it has missed, and sends whatever has not come back.
//
// A line that was sent twice, because the answer to it was lost, is in the stream twice. Each line has the identity of
// its server and a number, and lines of a server are sent in the order of their numbers and without gaps, so that a
// reader drops a line whose number it has seen or passed. Lines that are sent together are a transaction, as a line
// that fails must not be overtaken by the next one.
//
// Thread-safety: every member may be called from any thread, except construction and destruction.
#pragma once

#include "support/backlog.hpp"
#include "support/client_threads.hpp"
#include "support/on_exit.hpp"
#include "support/outage.hpp"
#include "support/program.hpp"
#include "support/redis_stream.hpp"
#include "support/scoped_thread.hpp"
#include "support/seen_lines.hpp"

#include <netlite/netlite.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// @tparam Note see Backlog
template <typename Note>
class RedisRoom {
 public:
  /// A line that comes out of the stream.
  struct Message {
    /// As clients that read lines see it, with its end: the same at every server.
    std::string line() const { return (name ? *name + ":" : "") + text + "\n"; }

    StreamId id;
    std::optional<std::string> name;
    std::string text;
    bool isHistory;  // it was said before this server came into the room
    Note note;       // of a line that this server has sent; {} with others
  };

  /// @param maxLines the maximum of lines that wait for Redis; when there are so many, speakers wait
  /// @param relay    gets what comes out of the stream, in the stream's order
  RedisRoom(RedisSettings settings, std::size_t maxLines, bool virtualThreads,
            std::function<void(const std::vector<Message>&)> relay)
      : settings_(std::move(settings)),
        relay_(std::move(relay)),
        threads_(clientThreads(virtualThreads)),
        backlog_(maxLines),
        outage_(settings_.address),
        keeper_([this] { keep(); }, [this] { stop(); }, threads_) {}

  /// Sends a line to the room. Waits while too many lines wait for Redis, but no longer than `patience`.
  ///
  /// @return its number, for awaitReturn(); 0 if it was dropped
  std::uint64_t say(std::optional<std::string> name, std::string text, Note note = {},
                    std::chrono::milliseconds patience = std::chrono::milliseconds::max()) {
    return backlog_.add(std::move(name), std::move(text), std::move(note), patience);
  }

  /// Waits until the line `number` of this server was relayed, or has turned out to be lost. Returns false if
  /// `patience` or end() comes first.
  bool awaitReturn(std::uint64_t number, std::chrono::milliseconds patience = std::chrono::milliseconds::max()) {
    return backlog_.awaitReturn(number, patience);
  }

  /// Nobody waits in say() and awaitReturn() any more. Lines for which there is no room are dropped.
  void end() { backlog_.end(); }

  /// Sends what is left, if Redis is there and takes it soon, and leaves the room.
  void finish() {
    backlog_.awaitSent(std::chrono::milliseconds(700));
    stop();
  }

 private:
  struct Connections {
    explicit Connections(const RedisSettings& settings) : reader(settings), writer(settings) {}

    void close() noexcept {
      reader.close();
      writer.close();
    }

    RedisConnection reader;
    RedisConnection writer;
    std::exception_ptr writers_failure;  // guarded by RedisRoom::mutex_
  };

  // How long Redis holds back an answer when there is nothing to read.
  static constexpr std::chrono::milliseconds kWait{2000};

  // How long the writer's connection may be idle before it is tried.
  static constexpr std::chrono::seconds kIdle{20};

  static std::string newIdentity() {
    constexpr const char* kDigits = "0123456789abcdef";
    std::random_device random;
    std::string identity;
    for (int i = 0; i < 32; ++i) identity += kDigits[random() % 16];
    return identity;
  }

  // ---- the thread that keeps the connections ----

  void keep() {
    while (!isStopping()) {
      try {
        stayConnected();
      } catch (const std::exception& e) {
        if (!isStopping()) outage_.note(e);
      }
      std::unique_lock<netlite::Mutex> lock(mutex_);
      stopping_.wait_for(lock, outage_.nextPause(), [this] { return is_stopping_; });
    }
  }

  // Returns by an exception, when the room stops, or when Redis has lost what was said last: then the next connection
  // sends again what has not come back.
  void stayConnected() {
    Connections connections(settings_);
    const OnExit forget([this] { use(nullptr); });
    if (!use(&connections)) return;
    connections.reader.open();
    connections.writer.open();
    RedisStream in(connections.reader, settings_.room);
    RedisStream out(connections.writer, settings_.room);
    findPlace(in);
    catchUp(in);
    backlog_.startSending();
    const OnExit stopSending([this] { backlog_.stopSending(); });
    send(out, backlog_.next(std::chrono::milliseconds(0)));
    outage_.end();
    const ScopedThread<void> sender([&] { sendAll(connections, out); },
                                    [&] {
                                      backlog_.stopSending();
                                      connections.close();
                                    },
                                    threads_);
    try {
      receiveAll(in);
    } catch (...) {
      throwFailureOfWriter(connections);
      throw;
    }
  }

  // Lets stop() close connections. Returns false if it was called before.
  bool use(Connections* connections) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    connections_ = connections;
    return !is_stopping_;
  }

  void stop() {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    is_stopping_ = true;
    backlog_.end();
    if (connections_ != nullptr) connections_->close();
    stopping_.notify_all();
  }

  bool isStopping() {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    return is_stopping_;
  }

  // ---- sending ----

  // The writer's thread. Its failure ends the reader's waiting.
  void sendAll(Connections& connections, RedisStream& out) {
    try {
      while (backlog_.isSending()) {
        const auto batch = backlog_.next(kIdle);
        send(out, batch);
        if (batch.empty() && backlog_.isSending())
          connections.writer.call({"PING"});  // keeps it alive, or finds it dead
      }
    } catch (...) {
      const std::lock_guard<netlite::Mutex> lock(mutex_);
      connections.writers_failure = std::current_exception();
      connections.reader.close();
    }
  }

  void throwFailureOfWriter(const Connections& connections) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    if (connections.writers_failure) std::rethrow_exception(connections.writers_failure);
  }

  void send(RedisStream& out, const std::vector<typename Backlog<Note>::Line>& batch) {
    if (batch.empty()) return;
    std::vector<SharedLine> lines;
    for (const auto& line : batch) lines.push_back({identity_, line.number, line.name, line.text});
    out.append(lines);
    backlog_.noteSent(batch.back().number);
  }

  // ---- receiving; all of it belongs to the keeping thread ----

  // Where to read on: for the first time everything up to the present end is history.
  void findPlace(RedisStream& in) {
    if (!end_of_history_) {
      end_of_history_ = in.lastId();
    } else if (!hasPlace(in)) {
      startOver();
    }
  }

  // The last entry that was read is gone if Redis has lost its data, or has dropped entries that were not read. It is
  // not enough that newer entries have greater ids, as Redis's clock may be another one now, by which XREAD would wait
  // forever.
  bool hasPlace(RedisStream& in) { return last_ == StreamId{} || in.contains(last_); }

  // All that is there is read again.
  void startOver() {
    last_ = {};
    end_of_history_ = StreamId{};
    seen_.setKnowsAll(true);
  }

  void catchUp(RedisStream& in) {
    while (receive(in, std::chrono::milliseconds(0)) == RedisStream::kPage) {
    }
    seen_.setKnowsAll(false);
  }

  // Returns when the place is lost.
  void receiveAll(RedisStream& in) {
    while (receive(in, kWait) > 0 || hasPlace(in)) {
    }
  }

  // Reads a page of the stream and relays it.
  std::size_t receive(RedisStream& in, std::chrono::milliseconds wait) {
    try {
      const std::size_t count = in.readAfter(last_, wait, [this](StreamEntry entry) { take(std::move(entry)); });
      finishPage();
      return count;
    } catch (...) {
      finishPage();  // what has arrived before the failure
      throw;
    }
  }

  void finishPage() {
    relayBatch();
    reportMissing();
  }

  void take(StreamEntry entry) {
    last_ = entry.id;
    if (!entry.line) return printError("room " + settings_.room + ": entry " + entry.id.toString() + " is no line");
    const bool isHistory = !(*end_of_history_ < entry.id);
    if (!seen_.isNew(*entry.line)) return;
    if (!isHistory) missing_ += seen_.gap();
    Message message{entry.id, std::move(entry.line->name), std::move(entry.line->text), isHistory, Note{}};
    if (entry.line->server == identity_) {
      returned_ = entry.line->number;
      message.note = backlog_.noteOf(returned_);
    }
    batch_bytes_ += sizeOfLine(message.name, message.text);
    batch_.push_back(std::move(message));
    if (batch_bytes_ > Backlog<Note>::kMaxBatchBytes) relayBatch();
  }

  void relayBatch() {
    if (batch_.empty()) return;
    std::vector<Message> batch;
    batch.swap(batch_);  // first, so that a failure repeats none of it
    batch_bytes_ = 0;
    const OnExit returned([this] { backlog_.noteReturned(returned_); });  // nobody waits for what a failure has lost
    relay_(batch);
  }

  void reportMissing() {
    if (missing_ == 0) return;
    printError("room " + settings_.room + ": " + std::to_string(missing_) +
               (missing_ == 1 ? " line is" : " lines are") + " missing, as Redis no longer has them");
    missing_ = 0;
  }

  const RedisSettings settings_;
  const std::string identity_ = newIdentity();
  const std::function<void(const std::vector<Message>&)> relay_;
  const netlite::Thread::Builder threads_;
  Backlog<Note> backlog_;

  netlite::Mutex mutex_;
  netlite::Condition stopping_;         // is_stopping_
  Connections* connections_ = nullptr;  // guarded by mutex_: those that stop() has to close
  bool is_stopping_ = false;            // guarded by mutex_

  // These belong to the keeping thread.
  Outage outage_;
  std::optional<StreamId> end_of_history_;
  StreamId last_;  // the last entry that was read; {}: none
  SeenLines seen_;
  std::uint64_t missing_ = 0;   // lines that were not reported yet
  std::uint64_t returned_ = 0;  // the number of this server's last line in batch_, or before
  std::vector<Message> batch_;
  std::size_t batch_bytes_ = 0;

  const ScopedThread<void> keeper_;  // the last field, since its thread uses the others
};

}  // namespace example
