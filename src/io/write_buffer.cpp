// SPDX-License-Identifier: MIT
//
// Collecting text, and sending it by whole lines.
// Thread-safety: none; the writer's lock guards it.
#include "io/write_buffer.hpp"

#include "thread/call_clock.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

constexpr std::size_t kFirstBufferSize = 64;  // bytes, taken by the first text
constexpr std::size_t kKeptCapacity = 2048;   // bytes that an empty buffer keeps, so that a waiting connection is small

// Where the last \n is, or npos. rfind alone looks at each byte by itself, which takes longer than to send them.
std::size_t lastNewline(std::string_view text) noexcept {
  constexpr std::size_t kBlock = 256;
  while (text.size() > kBlock && text.find('\n', text.size() - kBlock) == std::string_view::npos) {
    text.remove_suffix(kBlock);
  }
  return text.rfind('\n');
}

}  // namespace

WriteBuffer::WriteBuffer(std::unique_ptr<OutputStream> stream, std::size_t size)
    : stream_(std::move(stream)), size_(size), most_(size) {
  if (stream_ == nullptr) throw std::invalid_argument("stream is null");
  if (size == 0) throw std::invalid_argument("buffer size is 0");
}

void WriteBuffer::take(std::string_view text, std::string_view end, bool endsLine) {
  const CallClock clock;
  const std::size_t added = text.size() + end.size();
  makeRoom(added);
  const bool fits = added <= most_ && length_ <= most_ - added;
  const std::size_t lines_before = fits ? 0 : wholeLines();
  add(text);
  add(end);
  if (endsLine) line_start_ = length_;
  if (!fits) sendExcess(lines_before);
}

void WriteBuffer::makeRoom(std::size_t count) {
  const std::size_t needed = length_ + count;
  if (needed <= capacity_) return;
  const std::size_t doubled = std::max(2 * capacity_, kFirstBufferSize);
  // Beyond its size a buffer has to hold one started line and one text for a moment; the eighth saves growing by a few
  // bytes each time.
  reallocate(needed <= most_ ? std::min(std::max(needed, doubled), most_) : needed + needed / 8);
}

void WriteBuffer::reallocate(std::size_t capacity) {
  std::unique_ptr<char[]> other(new char[capacity]);
  if (length_ != 0) std::memcpy(other.get(), text_.get(), length_);
  text_ = std::move(other);
  capacity_ = capacity;
  limit_ = std::min(capacity, most_);
}

/// The lines that were whole before the last text came leave first, so that a line started by then stays in one piece
/// with its rest. Only what is longer than the buffer by itself cannot wait.
void WriteBuffer::sendExcess(std::size_t wholeLinesBefore) {
  send(wholeLinesBefore);
  if (length_ > most_) send(wholeLines());
  if (length_ > most_) send(length_);
  if (isEmpty() && capacity_ / 2 > most_) discard();
}

void WriteBuffer::flush() {
  const CallClock clock;
  send(length_);
  if (most_ == size_ && capacity_ > kKeptCapacity) discard();
  stream_->flush();
}

void WriteBuffer::close() {
  const CallClock clock;
  std::exception_ptr failure;
  try {
    flush();
  } catch (...) {
    failure = std::current_exception();
  }
  discard();
  try {
    stream_->close();
  } catch (...) {
    if (failure == nullptr) failure = std::current_exception();
  }
  if (failure != nullptr) std::rethrow_exception(failure);
}

void WriteBuffer::expect(std::size_t count) noexcept {
  most_ = std::max(size_, count);
  limit_ = std::min(capacity_, most_);
  if (most_ == size_ && isEmpty() && capacity_ > kKeptCapacity) discard();
}

void WriteBuffer::discard() noexcept {
  text_.reset();
  capacity_ = limit_ = length_ = line_start_ = 0;
}

void WriteBuffer::send(std::size_t count) {
  if (count == 0) return;
  try {
    stream_->write(text_.get(), count);
  } catch (const InterruptedIOException& interruption) {
    remove(std::min(count, interruption.bytesTransferred()));
    throw;
  }
  remove(count);
}

void WriteBuffer::remove(std::size_t count) noexcept {
  const std::size_t rest = length_ - count;
  if (rest != 0) std::memmove(text_.get(), text_.get() + count, rest);
  line_start_ -= std::min(line_start_, count);
  length_ = rest;
}

/// How many bytes the whole lines at the front take: up to the last \n, or to where appendLine ended a line its own
/// way. Searched is only as much of the end as may stay behind; what is further from the end leaves in any case.
std::size_t WriteBuffer::wholeLines() const noexcept {
  const std::size_t start = std::max(line_start_, length_ > most_ ? length_ - most_ - 1 : 0);
  const std::size_t last = lastNewline({text_.get() + start, length_ - start});
  return last == std::string_view::npos ? line_start_ : start + last + 1;
}

}  // namespace netlite
