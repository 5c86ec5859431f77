// SPDX-License-Identifier: MIT
//
// Collecting text, and sending it by whole lines.
// Thread-safety: none; the writer's lock guards it.
#include "io/write_buffer.hpp"

#include "base/arguments.hpp"
#include "base/unwinding.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace netlite {

namespace {

constexpr std::size_t kFirstTextCapacity = 64;  // bytes, allocated by the first text

// The position of the last \n, or npos. rfind alone checks byte by byte, which would cost more than sending the text.
std::size_t lastNewline(std::string_view text) noexcept {
  constexpr std::size_t kBlock = 256;
  while (text.size() > kBlock && text.find('\n', text.size() - kBlock) == std::string_view::npos) {
    text.remove_suffix(kBlock);
  }
  return text.rfind('\n');
}

}  // namespace

WriteBuffer::WriteBuffer(std::unique_ptr<OutputStream> stream, std::size_t size)
    : stream_(checkedStream(std::move(stream))), size_(checkedCapacity(size)), max_(size) {}

void WriteBuffer::appendSlowly(std::string_view text, std::string_view end, bool endsLine) {
  const CallClock clock;
  const std::size_t added = text.size() + end.size();
  holdBack(std::max(size_, expected_.load(std::memory_order_relaxed)));
  makeRoom(added);
  const bool fits = added <= max_ && size() <= max_ - added;
  const std::size_t linesBefore = fits ? 0 : wholeLines();
  add(text);
  add(end);
  if (endsLine) line_start_ = end_;
  if (!fits) sendExcess(linesBefore);
}

void WriteBuffer::appendBytesSlowly(std::string_view bytes) {
  const CallClock clock;
  if (size() > max_ || bytes.size() > max_ - size()) sendBefore(bytes);
  if (bytes.size() < max_) return keep(bytes);
  sendDirectly(bytes);
  if (capacity_ / 2 > max_) discard();
}

/// Sends what the buffer holds, to make room for these bytes.
void WriteBuffer::sendBefore(std::string_view bytes) {
  try {
    send(size());
  } catch (...) {
    if (!isUnwindingOfThread()) keep(bytes);
    throw;
  }
}

/// Sends bytes that are not in the buffer, which is empty. What is not sent is kept.
void WriteBuffer::sendDirectly(std::string_view bytes) {
  try {
    stream_->write(bytes.data(), bytes.size());
  } catch (const InterruptedIOException& interruption) {
    keep(bytes.substr(std::min(bytes.size(), interruption.bytesTransferred())));
    throw;
  } catch (...) {
    if (!isUnwindingOfThread()) keep(bytes);
    throw;
  }
}

void WriteBuffer::keep(std::string_view bytes) {
  makeRoom(bytes.size());
  add(bytes);
}

void WriteBuffer::makeRoom(std::size_t count) {
  if (count <= capacity_ - end_) return;
  const std::size_t needed = size() + count;
  // Moving the text costs no more than eight times what was sent before it.
  if (needed <= capacity_ && begin_ >= size() / 8) return moveTo(text_.get());
  reallocate(grownCapacity(needed));
}

std::size_t WriteBuffer::grownCapacity(std::size_t needed) const noexcept {
  // For a moment a buffer may have to hold more than its size: a started line and a new text. The extra eighth saves
  // moving the text for every few bytes.
  if (needed > max_ || needed <= capacity_) return needed + needed / 8;
  return std::min(std::max({needed, 2 * capacity_, kFirstTextCapacity}), max_);
}

void WriteBuffer::reallocate(std::size_t capacity) {
  StrandBytes other = allocateBytes(capacity);
  moveTo(other.get());
  text_ = std::move(other);
  capacity_ = capacity;
  updateLimit();
}

/// Moves the text to the front of `memory`.
void WriteBuffer::moveTo(char* memory) noexcept {
  if (!isEmpty()) std::memmove(memory, text_.get() + begin_, size());
  line_start_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  updateLimit();
}

void WriteBuffer::holdBack(std::size_t max) noexcept {
  max_ = max;
  updateLimit();
}

/// Sends first the lines that were complete before the last text was added, so that a line that had been started stays
/// in one piece. Only a line longer than the buffer is split.
void WriteBuffer::sendExcess(std::size_t wholeLinesBefore) {
  send(wholeLinesBefore);
  if (size() > max_) send(wholeLines());
  if (size() > max_) send(size());
  if (isEmpty() && capacity_ / 2 > max_) discard();
}

void WriteBuffer::flushAtEnd() {
  if (forked_.notice()) return discard();
  flush();
}

void WriteBuffer::close() {
  const CallClock clock;
  const std::exception_ptr notFlushed = failureOf([&] { flush(); });
  discard();
  const std::exception_ptr notClosed = failureOf([&] { stream_->close(); });
  if (notFlushed != nullptr) std::rethrow_exception(notFlushed);
  if (notClosed != nullptr) std::rethrow_exception(notClosed);
}

bool WriteBuffer::isMuchExpected() const noexcept { return expected_.load(std::memory_order_relaxed) > size_; }

void WriteBuffer::discard() noexcept {
  text_.reset();
  capacity_ = limit_ = begin_ = end_ = line_start_ = 0;
}

void WriteBuffer::releaseStream() noexcept {
  discard();
  stream_.reset();
}

void WriteBuffer::send(std::size_t count) {
  forked_.notice();  // what is left is this process's own text
  if (count == 0) return;
  try {
    stream_->write(text_.get() + begin_, count);
  } catch (const InterruptedIOException& interruption) {
    remove(std::min(count, interruption.bytesTransferred()));
    throw;
  } catch (...) {
    if (isUnwindingOfThread()) discard();  // how much has been sent is unknown, and none of it must be sent twice
    throw;
  }
  if (count != size()) return remove(count);
  end_ = line_start_ = 0;
  if (begin_ == 0) return;
  begin_ = 0;
  updateLimit();
}

void WriteBuffer::remove(std::size_t count) noexcept {
  begin_ += count;
  line_start_ = std::max(line_start_, begin_);
  if (size() <= begin_) return moveTo(text_.get());  // costs no more than the bytes that were sent
  updateLimit();
}

/// The size of the whole lines at the front: up to the last \n, or up to the last line that appendLine() ended,
/// whatever its separator. Searches only the end of the text, which may stay; what comes before it is sent in any case.
std::size_t WriteBuffer::wholeLines() const noexcept {
  const std::size_t start = std::max(line_start_, size() > max_ ? end_ - max_ - 1 : begin_);
  const std::size_t last = lastNewline({text_.get() + start, end_ - start});
  return (last == std::string_view::npos ? line_start_ : start + last + 1) - begin_;
}

}  // namespace netlite
