// SPDX-License-Identifier: MIT
//
// WriteBuffer: the text that a PrintWriter or a BufferedWriter has not sent yet, or the bytes of a
// BufferedOutputStream. Thread-safety: none, except for expect(); the writer's lock guards the rest.
#pragma once

#include "io/idle_capacity.hpp"
#include "thread/call_clock.hpp"
#include "thread/forked.hpp"
#include "thread/strand_memory.hpp"

#include <netlite/output_stream.hpp>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace netlite {

/// A line that fits the buffer is sent in one piece.
class WriteBuffer {
 public:
  /// @throws std::invalid_argument `stream` is null or `size` is 0
  WriteBuffer(std::unique_ptr<OutputStream> stream, std::size_t size);

  bool isEmpty() const noexcept { return begin_ == end_; }

  /// Adds the text, then sends what the buffer cannot hold. If the stream below throws, the text has been added
  /// nevertheless; after std::bad_alloc it has not.
  void append(std::string_view text) {
    if (end_ + text.size() > limit_) return appendSlowly(text, {}, false);
    add(text);
  }

  /// Adds a text and its line end as append() does. Both are sent in the same call of the stream below.
  void appendLine(std::string_view text, std::string_view end) { appendSlowly(text, end, true); }

  /// Adds bytes without regard to lines, as java.io.BufferedOutputStream does: if they do not fit, it sends first what
  /// the buffer holds. If they would fill the buffer, they are sent, too, without being copied. If the stream below
  /// throws, the bytes have been added nevertheless, minus what an InterruptedIOException reports as transferred.
  void appendBytes(std::string_view bytes) {
    if (end_ + bytes.size() > limit_) return appendBytesSlowly(bytes);
    add(bytes);
  }

  /// Fast path of appendLine(): adds the line if it leaves room in the allocated memory; otherwise returns false and
  /// does nothing. Always false after discard() or close().
  bool addLine(std::string_view text, std::string_view end) noexcept {
    const std::size_t after = end_ + text.size() + end.size();
    if (after >= limit_) return false;
    copy(end, copy(text, text_.get() + end_));
    end_ = line_start_ = after;
    return true;
  }

  /// Sends everything and flushes the stream below. Unsent text is kept, minus what an InterruptedIOException reports
  /// as transferred; the next flush resumes there.
  void flush() {
    const CallClock clock;
    send(size());
    if (max_ != size_) holdBack(size_);  // until the next overflow reads expected_ again
    trim();
    stream_->flush();
  }

  /// flush() for the end of a writer's life. In a forked child that has not sent anything yet it drops the text
  /// instead: that is the parent's to send.
  void flushAtEnd();

  /// Flushes, and closes the stream below even if that fails. Keeps no text. Throws the first failure.
  void close();

  /// Announces how many bytes are likely to come before the next flush. If that is more than the size, they are held
  /// back together, and the memory for them is kept. May be called from any thread, without the lock.
  void expect(std::size_t count) noexcept { expected_.store(count, std::memory_order_relaxed); }

  /// Frees memory that an idle connection should not keep, unless it holds text or much is expected.
  void trim() noexcept {
    if (capacity_ > kIdleCapacity && isEmpty() && !isMuchExpected()) discard();
  }

  /// Drops what was not sent.
  void discard() noexcept;

  /// Drops what was not sent, and destroys the stream. After this only isEmpty(), expect() and trim() may be called.
  void releaseStream() noexcept;

 private:
  /// Returns the position after the copy.
  static char* copy(std::string_view text, char* to) noexcept {
    if (text.size() == 1) {
      *to = text.front();  // a line's end: cheaper than memcpy
    } else if (!text.empty()) {
      std::memcpy(to, text.data(), text.size());
    }
    return to + text.size();
  }

  /// Copies a text that fits.
  void add(std::string_view text) noexcept {
    copy(text, text_.get() + end_);
    end_ += text.size();
  }

  std::size_t size() const noexcept { return end_ - begin_; }

  void appendSlowly(std::string_view text, std::string_view end, bool endsLine);
  void appendBytesSlowly(std::string_view bytes);
  void sendBefore(std::string_view bytes);
  void sendDirectly(std::string_view bytes);
  void keep(std::string_view bytes);
  void makeRoom(std::size_t count);
  std::size_t grownCapacity(std::size_t needed) const noexcept;
  void moveTo(char* memory) noexcept;
  void reallocate(std::size_t capacity);
  void holdBack(std::size_t max) noexcept;
  void updateLimit() noexcept { limit_ = max_ < capacity_ - begin_ ? begin_ + max_ : capacity_; }
  void sendExcess(std::size_t wholeLinesBefore);
  void send(std::size_t count);
  void remove(std::size_t count) noexcept;
  std::size_t wholeLines() const noexcept;
  bool isMuchExpected() const noexcept;

  std::unique_ptr<OutputStream> stream_;  // null only after releaseStream()
  const std::size_t size_;                // as the user requested
  Forked forked_;
  std::atomic<std::size_t> expected_{0};
  std::size_t max_;  // bytes to hold back: size_, or after an overflow expected_ if that is more
  StrandBytes text_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;       // the text is from begin_ to end_; before begin_ it has been sent
  std::size_t end_ = 0;         // more than max_ after begin_ only in appendSlowly() and after a failed send
  std::size_t line_start_ = 0;  // after the last line that appendLine() or addLine() ended, or begin_
  std::size_t limit_ = 0;       // cache of min(capacity_, begin_ + max_): up to here text is simply copied
};

}  // namespace netlite
