// SPDX-License-Identifier: MIT
//
// Outbox: the lines that one client of a broadcast server has yet to receive.
// Thread-safety: every member may be called from any thread, but only one thread, the writer, may call take().
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace example {

/// Some whole lines with their ends. All outboxes share one copy.
struct Lines {
  std::string text;
  std::size_t count;
};
using SharedLines = std::shared_ptr<const Lines>;

/// Many threads put lines into it; one thread, the writer, takes them out and sends them.
class Outbox {
 public:
  /// The maximum that an outbox holds, however many lines.
  static constexpr std::size_t kMaxBytes = 8 * 1024 * 1024;

  /// How long the writer may be sending before a full outbox counts as stuck. Without this patience a client would be
  /// dropped merely because the system has not scheduled its writer.
  static constexpr std::chrono::milliseconds kPatience{1000};

  /// @param maxLines the maximum of waiting lines, not counting those that the writer is sending
  explicit Outbox(std::size_t maxLines) : max_lines_(maxLines) {}

  bool hasRoomFor(const Lines& lines) const {
    const Lock lock(mutex_);
    return fits(lines);
  }

  /// Adds lines, for which there must be room. A closed outbox drops them. An outbox that cannot allocate memory closes
  /// itself: its client then misses all later lines, and the other clients miss none.
  void add(SharedLines lines) noexcept {
    const Lock lock(mutex_);
    if (closed_) return;
    const std::size_t size = lines->text.size();
    const std::size_t count = lines->count;
    try {
      lines_.push_back(std::move(lines));
    } catch (const std::bad_alloc&) {
      return closeLocked();
    }
    lines_count_ += count;
    bytes_ += size;
    if (writer_waits_) writer_.notify_one();
  }

  /// Waits until there is room, as long as the writer makes progress.
  ///
  /// @return false if the writer is stuck
  bool awaitRoomFor(const Lines& lines) {
    Lock lock(mutex_);
    ++waiting_for_room_;
    while (!fits(lines) && !isStuck()) room_.wait_for(lock, kPatience / 10);
    --waiting_for_room_;
    return fits(lines);
  }

  /// Announces that no more lines will be added: the writer ends when it has sent what is there.
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

  /// For the writer: waits for lines and takes them all. Calling it again means that the lines taken before were sent.
  ///
  /// @return the lines; none if the outbox is finished or closed
  std::vector<SharedLines> take() {
    Lock lock(mutex_);
    noteSent();
    writer_waits_ = true;
    writer_.wait(lock, [this] { return closed_ || finished_ || !lines_.empty(); });
    writer_waits_ = false;
    yield(lock);
    sending_since_ = Clock::now();
    sending_bytes_ = bytes_;
    lines_count_ = 0;
    if (waiting_for_room_ > 0) room_.notify_all();
    return std::exchange(lines_, {});
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  bool fits(const Lines& lines) const {
    const bool few = lines_count_ + lines.count <= max_lines_;
    return closed_ || (few && bytes_ + lines.text.size() <= kMaxBytes);
  }

  // With mutex_ held.
  void closeLocked() {
    closed_ = true;
    lines_.clear();
    writer_.notify_one();
    room_.notify_all();
  }

  // Lets threads that have lines ready add them first, so that they leave in one system call. With 64 clients that take
  // turns at talking, this makes ten times as many lines per second.
  static void yield(Lock& lock) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }

  bool isStuck() const { return sending_since_ && Clock::now() - *sending_since_ > kPatience; }

  void noteSent() {
    sending_since_.reset();
    bytes_ -= std::exchange(sending_bytes_, 0);
    if (waiting_for_room_ > 0) room_.notify_all();
  }

  const std::size_t max_lines_;
  mutable std::mutex mutex_;
  std::condition_variable writer_;  // lines_, finished_, closed_
  std::condition_variable room_;    // lines_count_, bytes_, closed_

  // All of these are guarded by mutex_.
  std::vector<SharedLines> lines_;
  std::size_t lines_count_ = 0;    // in lines_
  std::size_t bytes_ = 0;          // in lines_ and with the writer
  std::size_t sending_bytes_ = 0;  // with the writer
  std::optional<Clock::time_point> sending_since_;
  std::size_t waiting_for_room_ = 0;  // threads
  bool writer_waits_ = false;
  bool finished_ = false;
  bool closed_ = false;
};

}  // namespace example
