// SPDX-License-Identifier: MIT
//
// What PrintWriter and BufferedWriter have in common: the text that waits to be sent, and the rule that a line which
// fits the buffer leaves in one piece.
// Thread-safety: none; the writer's lock guards it.
#pragma once

#include <netlite/output_stream.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace netlite {

class WriteBuffer {
 public:
  /// @throws std::invalid_argument `stream` is null or `size` 0
  WriteBuffer(std::unique_ptr<OutputStream> stream, std::size_t size);

  bool isEmpty() const noexcept { return length_ == 0; }

  /// Takes the text, then sends what the buffer cannot hold. When this throws what the stream below has thrown, the
  /// text is taken all the same; when it throws std::bad_alloc, it is not.
  void append(std::string_view text) {
    if (length_ + text.size() > limit_) return take(text, {}, false);
    add(text);
  }

  /// The same for a text and what ends its line, which go into the same call of the stream below.
  void appendLine(std::string_view text, std::string_view end) {
    if (!addLine(text, end)) take(text, end, true);
  }

  /// The same for a line that leaves room in the memory there is. False if it does not: then nothing is taken. So it is
  /// for every line once there was discard() or close().
  bool addLine(std::string_view text, std::string_view end) noexcept {
    const std::size_t length = length_ + text.size() + end.size();
    if (length >= limit_) return false;
    copy(end, copy(text, text_.get() + length_));
    length_ = line_start_ = length;
    return true;
  }

  /// Sends everything, and flushes the stream below. What could not be sent stays, but for the bytes that an
  /// InterruptedIOException counts as sent: the next flush goes on behind them.
  void flush();

  /// Flushes, and closes the stream below even if that fails. Nothing stays. The first failure comes out.
  void close();

  /// Tells how many bytes are likely to come before the next flush. If that is more than the size, they are held back
  /// together, and the memory for them is kept; otherwise what an idle connection should not keep is given back.
  void expect(std::size_t count) noexcept;

  /// Drops what was not sent.
  void discard() noexcept;

 private:
  /// Returns behind the copy.
  static char* copy(std::string_view text, char* to) noexcept {
    if (text.size() == 1) {
      *to = text.front();  // a line's end: less than a memcpy costs
    } else if (!text.empty()) {
      std::memcpy(to, text.data(), text.size());
    }
    return to + text.size();
  }

  /// Copies a text that fits.
  void add(std::string_view text) noexcept {
    copy(text, text_.get() + length_);
    length_ += text.size();
  }

  void take(std::string_view text, std::string_view end, bool endsLine);
  void makeRoom(std::size_t count);
  void reallocate(std::size_t capacity);
  void sendExcess(std::size_t wholeLinesBefore);
  void send(std::size_t count);
  void remove(std::size_t count) noexcept;
  std::size_t wholeLines() const noexcept;

  const std::unique_ptr<OutputStream> stream_;
  const std::size_t size_;  // what the user has asked for
  std::size_t most_;        // what is held back at most: size_, or more while more is expected
  std::unique_ptr<char[]> text_;
  std::size_t capacity_ = 0;
  std::size_t length_ = 0;      // not yet sent; more than most_ only inside take() and where sending failed
  std::size_t limit_ = 0;       // up to here text is added with neither more memory nor a look at most_
  std::size_t line_start_ = 0;  // behind the last line that appendLine ended
};

}  // namespace netlite
