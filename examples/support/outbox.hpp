// SPDX-License-Identifier: MIT
//
// Outbox: what one client of a chat server has yet to receive.
// Thread-safety: every member may be called from any thread, but only one thread, the writer, may call take().
#pragma once

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// What is sent as a whole: some lines with their ends, or a frame of a WebSocket, which counts as one line. All
/// outboxes share one copy.
struct Chunk {
  std::string bytes;
  std::size_t lines;
};
using SharedChunk = std::shared_ptr<const Chunk>;

/// @param text lines with their ends
inline SharedChunk chunkOfLines(std::string text) {
  const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return std::make_shared<const Chunk>(Chunk{std::move(text), count});
}

/// Many threads put chunks into it; one thread, the writer, takes them out and sends them.
class Outbox {
 public:
  /// The maximum that an outbox holds, however few lines.
  static constexpr std::size_t kMaxBytes = 8 * 1024 * 1024;

  /// How long the writer may be sending before a full outbox counts as stuck. Without this patience a client would be
  /// dropped merely because the system has not scheduled its writer.
  static constexpr std::chrono::milliseconds kPatience{1000};

  /// @param maxLines the maximum of waiting lines, not counting those that the writer is sending
  explicit Outbox(std::size_t maxLines) : max_lines_(maxLines) {}

  /// From now on there is a writer only while there is something to send: an idle client needs no thread for it.
  ///
  /// @param start starts the writer; called when something is added while there is none
  void startWriterOnDemand(std::function<void()> start) {
    const Lock lock(mutex_);
    start_writer_ = std::move(start);
    writer_runs_ = false;
  }

  /// Waits until no writer runs that was started on demand, but no longer than `patience`. Returns whether none runs.
  bool awaitWriter(std::chrono::milliseconds patience) {
    Lock lock(mutex_);
    return room_.wait_for(lock, patience, [this] { return !writer_runs_; });
  }

  bool hasRoomFor(const Chunk& chunk) const {
    const Lock lock(mutex_);
    return fits(chunk);
  }

  /// Adds a chunk, for which there must be room. A finished or closed outbox drops it. An outbox that cannot allocate
  /// memory closes itself: its client then misses all later chunks, and the other clients miss none.
  void add(SharedChunk chunk) noexcept {
    const Lock lock(mutex_);
    if (closed_ || finished_) return;
    const std::size_t size = chunk->bytes.size();
    const std::size_t lines = chunk->lines;
    try {
      chunks_.push_back(std::move(chunk));
    } catch (const std::bad_alloc&) {
      return closeLocked();
    }
    lines_ += lines;
    bytes_ += size;
    if (writer_waits_) writer_.notify_one();
    if (!writer_runs_) startWriter();
  }

  /// Waits until there is room, as long as the writer makes progress.
  ///
  /// @return false if the writer is stuck
  bool awaitRoomFor(const Chunk& chunk) {
    Lock lock(mutex_);
    ++waiting_for_room_;
    while (!fits(chunk) && !isStuck()) room_.wait_for(lock, kPatience / 10);
    --waiting_for_room_;
    return fits(chunk);
  }

  /// Drops what is added from now on. The writer ends when it has sent what is there.
  void finish() {
    const Lock lock(mutex_);
    finished_ = true;
    writer_.notify_one();
  }

  /// Drops everything, now and from now on.
  void close() {
    const Lock lock(mutex_);
    closeLocked();
  }

  /// For the writer: waits for chunks and takes them all. Calling it again means that those taken before were sent.
  ///
  /// @return the chunks; none if the outbox is finished or closed, or the writer is started on demand
  std::vector<SharedChunk> take() {
    Lock lock(mutex_);
    noteSent();
    if (!awaitChunks(lock)) return {};
    sending_since_ = Clock::now();
    sending_bytes_ = bytes_;
    lines_ = 0;
    if (waiting_for_room_ > 0) room_.notify_all();
    return std::exchange(chunks_, {});
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<netlite::Mutex>;

  bool fits(const Chunk& chunk) const {
    const bool few = lines_ + chunk.lines <= max_lines_;
    return closed_ || finished_ || (few && bytes_ + chunk.bytes.size() <= kMaxBytes);
  }

  // Returns whether there are chunks. If not, the writer ends.
  bool awaitChunks(Lock& lock) {
    writer_waits_ = true;
    writer_.wait(lock, [this] { return closed_ || finished_ || start_writer_ || !chunks_.empty(); });
    writer_waits_ = false;
    if (!chunks_.empty()) yield(lock);
    if (!chunks_.empty()) return true;
    if (start_writer_) writer_runs_ = false;
    room_.notify_all();
    return false;
  }

  // With mutex_ held. A writer that cannot be started closes the outbox, as memory that cannot be allocated does.
  void startWriter() noexcept {
    writer_runs_ = true;
    try {
      start_writer_();
    } catch (...) {
      writer_runs_ = false;
      closeLocked();
    }
  }

  // With mutex_ held.
  void closeLocked() {
    closed_ = true;
    chunks_.clear();
    writer_.notify_one();
    room_.notify_all();
  }

  // Lets threads that have chunks ready add them first, so that they leave in one system call. With 64 clients that
  // take turns at talking, this makes ten times as many lines per second.
  static void yield(Lock& lock) {
    lock.unlock();
    netlite::Thread::yield();
    lock.lock();
  }

  bool isStuck() const { return sending_since_ && Clock::now() - *sending_since_ > kPatience; }

  void noteSent() {
    sending_since_.reset();
    bytes_ -= std::exchange(sending_bytes_, 0);
    if (waiting_for_room_ > 0) room_.notify_all();
  }

  const std::size_t max_lines_;
  mutable netlite::Mutex mutex_;
  netlite::Condition writer_;  // chunks_, finished_, closed_
  netlite::Condition room_;    // lines_, bytes_, closed_, writer_runs_

  // All of these are guarded by mutex_.
  std::vector<SharedChunk> chunks_;
  std::size_t lines_ = 0;          // in chunks_
  std::size_t bytes_ = 0;          // in chunks_ and with the writer
  std::size_t sending_bytes_ = 0;  // with the writer
  std::optional<Clock::time_point> sending_since_;
  std::size_t waiting_for_room_ = 0;  // threads
  bool writer_waits_ = false;
  bool writer_runs_ = true;  // until it is started on demand
  std::function<void()> start_writer_;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace example
