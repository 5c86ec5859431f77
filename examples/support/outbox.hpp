// SPDX-License-Identifier: MIT
//
// Outbox: the lines that one client of a broadcast server has yet to get. Many threads put lines into it and never wait
// for the client; one thread, the writer, takes them out and sends them.
//
// Thread-safety: every member may be called from any thread, but take() from one only, the writer.
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

class Outbox {
 public:
  /// Whatever the lines' number, an outbox holds no more than this.
  static constexpr std::size_t kMostBytes = 8 * 1024 * 1024;

  /// How long the writer may be at sending before an outbox that has become full meanwhile counts as stuck. Without
  /// it a client would be dropped because the system has not given its writer a turn.
  static constexpr std::chrono::milliseconds kPatience{1000};

  /// @param mostLines how many lines wait at most, not counting those that the writer is sending
  explicit Outbox(std::size_t mostLines) : most_lines_(mostLines) {}

  bool hasRoomFor(const Lines& lines) const {
    const Lock lock(mutex_);
    return fits(lines);
  }

  /// Adds lines. There has to be room for them. Dropped if it is closed. An outbox that finds no memory for them closes
  /// itself: its client gets all lines up to a point, and the others get them all.
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

  /// Waits until there is room, as long as the writer gets on.
  ///
  /// @return false if it is stuck
  bool awaitRoomFor(const Lines& lines) {
    Lock lock(mutex_);
    ++waiting_for_room_;
    while (!fits(lines) && !isStuck()) room_.wait_for(lock, kPatience / 10);
    --waiting_for_room_;
    return fits(lines);
  }

  /// Nothing more will be added: the writer ends when it has sent what is there.
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

  /// For the writer: waits for lines and takes them all. The ones it took before are sent.
  ///
  /// @return the lines; none if it is finished or closed
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
    const bool few = lines_count_ + lines.count <= most_lines_;
    return closed_ || (few && bytes_ + lines.text.size() <= kMostBytes);
  }

  // With mutex_ held.
  void closeLocked() {
    closed_ = true;
    lines_.clear();
    writer_.notify_one();
    room_.notify_all();
  }

  // Readers that have lines ready put them in first, so that they leave in one system call. With 64 clients that talk
  // by turns this makes ten times as many lines per second.
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

  const std::size_t most_lines_;
  mutable std::mutex mutex_;
  std::condition_variable writer_;  // lines_, finished_, closed_
  std::condition_variable room_;    // lines_count_, bytes_, closed_

  // All of them guarded by mutex_.
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
