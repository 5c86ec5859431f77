// SPDX-License-Identifier: MIT
//
// BufferedInputStream: a buffer that is refilled when it is empty.
// Thread-safety: see the header. close() on another thread uses the flag, the window's limit and the stream.
#include <netlite/buffered_input_stream.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "io/held_bytes.hpp"
#include "io/idle_capacity.hpp"
#include "io/line_buffer.hpp"
#include "thread/call_clock.hpp"

#include <algorithm>
#include <cstring>

namespace netlite {

class BufferedInputStream::State {
 public:
  State(std::unique_ptr<InputStream> stream, std::size_t size)
      : stream_(checkedStream(std::move(stream))),
        size_(checkedCapacity(size)),
        max_(LineBuffer::maxCapacity(size, stream_->prefersLargeReads())) {}

  std::size_t read(void* buffer, std::size_t size) {
    checkBuffer(buffer, size);
    if (size == 0) return 0;
    checkOpen("read");
    if (!isEmpty()) return take(buffer, size);
    const CallClock clock;
    releaseIfIdle();
    if (size >= size_) return receive(buffer, size);
    return fill() ? take(buffer, size) : 0;
  }

  std::size_t available() {
    checkOpen("available");
    return availableAfter(held(), *stream_);
  }

  std::size_t skip(std::size_t count) {
    checkOpen("skip");
    const CallClock clock;
    const std::size_t dropped = std::min(count, held());
    window_.next += dropped;
    return skipAfter(dropped, *stream_, count - dropped);
  }

  bool awaitInput(std::chrono::milliseconds patience) { return !isEmpty() || stream_->awaitInput(patience); }
  bool prefersLargeReads() const noexcept { return stream_->prefersLargeReads(); }

  void close() {
    if (closed_.exchange(true)) return;
    window_.limit.store(0);
    stream_->close();
  }

  void unread(const std::string& bytes) {
    if (bytes.size() > window_.next) reallocate(std::max(size_, bytes.size() + held()), bytes.size());
    window_.next -= bytes.size();
    std::memcpy(memory_.get() + window_.next, bytes.data(), bytes.size());
  }

  Window& window() noexcept { return window_; }

 private:
  bool isEmpty() const noexcept { return window_.next == end_; }
  std::size_t held() const noexcept { return end_ - window_.next; }

  std::size_t take(void* buffer, std::size_t size) noexcept {
    const std::size_t count = std::min(size, held());
    std::memcpy(buffer, window_.bytes + window_.next, count);
    window_.next += count;
    return count;
  }

  void checkOpen(const char* operation) {
    if (closed_.load(std::memory_order_acquire)) throwClosed(operation);
  }

  [[noreturn]] void throwClosed(const char* operation) {
    release();
    throw IOException(Error::streamClosed, operation);
  }

  void release() noexcept {
    setBytes(0, 0);
    memory_.reset();
    capacity_ = 0;
    filled_ = false;
  }

  /// Frees what an idle connection should not keep.
  void releaseIfIdle() {
    if (capacity_ > size_ && !filled_ && !stream_->awaitInput(kIdleAfter)) release();
  }

  /// Reads from the stream below. Returns 0 at its end.
  std::size_t receive(void* buffer, std::size_t size) {
    const std::size_t count = stream_->read(buffer, size);
    checkOpen("read");
    return count;
  }

  /// Fills the empty buffer. Returns false at the end of the stream.
  bool fill() {
    const std::size_t capacity = nextCapacity();
    if (capacity_ != capacity) reallocate(capacity, 0);
    setBytes(0, receive(memory_.get(), capacity));
    filled_ = end_ == capacity;
    return !isEmpty();
  }

  std::size_t nextCapacity() const noexcept {
    if (filled_) return max_;
    return capacity_ == 0 || capacity_ > max_ ? size_ : capacity_;
  }

  /// Moves the bytes to the end of new memory, at `begin`.
  void reallocate(std::size_t capacity, std::size_t begin) {
    std::unique_ptr<char[]> other(new char[capacity]);
    if (!isEmpty()) std::memcpy(other.get() + begin, window_.bytes + window_.next, held());
    memory_ = std::move(other);
    capacity_ = capacity;
    setBytes(begin, begin + held());
  }

  /// Sets which bytes of the memory are still to be read. close() sets closed_ first and the limit to 0 after that, so
  /// one of the two threads sees the other's store.
  void setBytes(std::size_t begin, std::size_t end) noexcept {
    window_.bytes = memory_.get();
    window_.next = begin;
    end_ = end;
    window_.limit.store(end);
    if (closed_.load()) window_.limit.store(0);
  }

  const std::unique_ptr<InputStream> stream_;
  const std::size_t size_;  // as the user requested
  const std::size_t max_;   // capacity while much arrives together

  // All of these except closed_ and the window's limit belong to the reading thread.
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;  // more than max_ only after unread()
  bool filled_ = false;       // the last read filled the buffer, so more is probably waiting
  Window window_;
  std::size_t end_ = 0;              // the window's limit unless this stream is closed
  std::atomic<bool> closed_{false};  // set by any thread, once
};

BufferedInputStream::BufferedInputStream(std::unique_ptr<InputStream> stream, std::size_t size)
    : state_(std::make_unique<State>(std::move(stream), size)) {}

BufferedInputStream::BufferedInputStream(BufferedInputStream&& other) noexcept = default;
BufferedInputStream& BufferedInputStream::operator=(BufferedInputStream&& other) noexcept = default;
BufferedInputStream::~BufferedInputStream() = default;

std::size_t BufferedInputStream::read(void* buffer, std::size_t size) { return state_->read(buffer, size); }

std::size_t BufferedInputStream::available() { return state_->available(); }

std::size_t BufferedInputStream::skip(std::size_t count) { return state_->skip(count); }

bool BufferedInputStream::awaitInput(std::chrono::milliseconds patience) { return state_->awaitInput(patience); }

bool BufferedInputStream::prefersLargeReads() const noexcept { return state_->prefersLargeReads(); }

void BufferedInputStream::close() { state_->close(); }

void BufferedInputStream::unread(std::string bytes) { state_->unread(bytes); }

BufferedInputStream::Window& BufferedInputStream::window() noexcept { return state_->window(); }

}  // namespace netlite
