// SPDX-License-Identifier: MIT
//
// BufferedWriter: a WriteBuffer behind a lock.
// Thread-safety: see the header.
#include <netlite/buffered_writer.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "io/write_buffer.hpp"
#include "thread/timed_lock.hpp"

namespace netlite {

class BufferedWriter::State {
 public:
  State(std::unique_ptr<OutputStream> stream, std::size_t size) : buffer_(std::move(stream), size) {}

  void write(std::string_view text) {
    TimedLock lock(mutex_);
    checkOpen("write");
    buffer_.append(text);
  }

  void flush() {
    TimedLock lock(mutex_);
    checkOpen("flush");
    buffer_.flush();
  }

  void close() {
    TimedLock lock(mutex_);
    if (closed_) return;
    closed_ = true;
    buffer_.close();
  }

  void flushQuietly() noexcept {
    try {
      TimedLock lock(mutex_);
      if (!closed_) buffer_.flush();
    } catch (...) {
      // Whoever wants to know flushes before.
    }
  }

 private:
  void checkOpen(const char* operation) const {
    if (closed_) throw IOException(Error::streamClosed, operation);
  }

  Mutex mutex_;
  WriteBuffer buffer_;   // guarded by mutex_
  bool closed_ = false;  // guarded by mutex_
};

BufferedWriter::BufferedWriter(std::unique_ptr<OutputStream> stream, std::size_t bufferSize)
    : state_(std::make_unique<State>(std::move(stream), bufferSize)) {}

BufferedWriter::BufferedWriter(BufferedWriter&& other) noexcept = default;

BufferedWriter& BufferedWriter::operator=(BufferedWriter&& other) noexcept {
  if (this == &other) return *this;
  if (state_ != nullptr) state_->flushQuietly();
  state_ = std::move(other.state_);
  return *this;
}

BufferedWriter::~BufferedWriter() {
  if (state_ != nullptr) state_->flushQuietly();
}

void BufferedWriter::write(std::string_view text) { state_->write(text); }

void BufferedWriter::writeText(const char* text) {
  if (text == nullptr) throw std::invalid_argument("text is null");
  state_->write(text);
}

void BufferedWriter::write(char character) { state_->write(std::string_view(&character, 1)); }

void BufferedWriter::newLine() { write('\n'); }

void BufferedWriter::flush() { state_->flush(); }

void BufferedWriter::close() { state_->close(); }

}  // namespace netlite
