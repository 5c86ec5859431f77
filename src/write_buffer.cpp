// SPDX-License-Identifier: MIT
//
// Collecting text, and sending it by whole lines.
// Thread-safety: none; the writer's lock guards it.
#include "write_buffer.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace netlite {

namespace {

constexpr std::size_t kFirstCapacity = 256;  // bytes, taken by the first text
constexpr std::size_t kKeptCapacity = 2048;  // bytes that an empty buffer keeps, so that a waiting connection is small

}  // namespace

WriteBuffer::WriteBuffer(std::unique_ptr<OutputStream> stream, std::size_t size)
    : stream_(std::move(stream)), size_(size) {
  if (stream_ == nullptr) throw std::invalid_argument("stream is null");
  if (size == 0) throw std::invalid_argument("buffer size is 0");
}

void WriteBuffer::take(std::string_view text, std::string_view end, bool endsLine) {
  const std::size_t added = text.size() + end.size();
  makeRoom(added);
  const bool fits = added <= size_ && text_.size() <= size_ - added;
  const std::size_t lines_before = fits ? 0 : wholeLines();
  text_.insert(text_.end(), text.begin(), text.end());
  text_.insert(text_.end(), end.begin(), end.end());
  if (endsLine) line_start_ = text_.size();
  if (!fits) sendExcess(lines_before);
}

void WriteBuffer::makeRoom(std::size_t count) {
  const std::size_t needed = text_.size() + count;
  if (needed <= text_.capacity()) return;
  const std::size_t doubled = std::max(2 * text_.capacity(), kFirstCapacity);
  // Beyond its size a buffer has to hold one started line and one text for a moment; the eighth saves growing by a few
  // bytes each time.
  text_.reserve(needed <= size_ ? std::min(std::max(needed, doubled), size_) : needed + needed / 8);
}

/// The lines that were whole before the last text came leave first, so that a line started by then stays in one piece
/// with its rest. Only what is longer than the buffer by itself cannot wait.
void WriteBuffer::sendExcess(std::size_t wholeLinesBefore) {
  send(wholeLinesBefore);
  if (text_.size() > size_) send(wholeLines());
  if (text_.size() > size_) send(text_.size());
  if (text_.empty() && text_.capacity() / 2 > size_) discard();
}

void WriteBuffer::flush() {
  send(text_.size());
  if (text_.capacity() > kKeptCapacity) discard();
  stream_->flush();
}

void WriteBuffer::close() {
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

void WriteBuffer::discard() noexcept {
  std::vector<char>().swap(text_);
  line_start_ = 0;
}

void WriteBuffer::send(std::size_t count) {
  if (count == 0) return;
  try {
    stream_->write(text_.data(), count);
  } catch (const InterruptedIOException& interruption) {
    remove(std::min(count, interruption.bytesTransferred()));
    throw;
  }
  remove(count);
}

void WriteBuffer::remove(std::size_t count) noexcept {
  text_.erase(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(count));
  line_start_ -= std::min(line_start_, count);
}

/// How many bytes the whole lines at the front take: up to the last \n, or to where appendLine ended a line its own
/// way.
std::size_t WriteBuffer::wholeLines() const noexcept {
  const std::string_view started = std::string_view(text_.data(), text_.size()).substr(line_start_);
  return line_start_ + started.rfind('\n') + 1;  // npos + 1 is 0
}

}  // namespace netlite
