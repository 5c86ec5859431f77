// SPDX-License-Identifier: MIT
//
// BufferedWriter: a locked WriteBuffer.
// Thread-safety: see the header.
#include <netlite/buffered_writer.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "io/write_buffer.hpp"
#include "io/writer_end.hpp"
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

  void end() noexcept {
    try {
      TimedLock lock(mutex_);
      if (!closed_) buffer_.flushAtEnd();
    } catch (...) {
      // A caller who needs to know calls flush() or close() first.
    }
  }

 private:
  void checkOpen(const char* operation) const NETLITE_REQUIRES(mutex_) {
    if (closed_) throw IOException(Error::streamClosed, operation);
  }

  WordMutex mutex_;
  WriteBuffer buffer_ NETLITE_GUARDED_BY(mutex_);
  bool closed_ NETLITE_GUARDED_BY(mutex_) = false;
};

BufferedWriter::BufferedWriter(std::unique_ptr<OutputStream> stream, std::size_t bufferSize)
    : state_(std::make_unique<State>(std::move(stream), bufferSize)) {}

BufferedWriter::BufferedWriter(BufferedWriter&& other) noexcept = default;

BufferedWriter& BufferedWriter::operator=(BufferedWriter&& other) noexcept {
  replaceWriter(state_, other.state_);
  return *this;
}

BufferedWriter::~BufferedWriter() { endWriter(state_.get()); }

void BufferedWriter::write(std::string_view text) { state_->write(text); }

void BufferedWriter::writeText(const char* text) { state_->write(checkedText(text)); }

void BufferedWriter::write(char character) { state_->write(std::string_view(&character, 1)); }

void BufferedWriter::newLine() { write('\n'); }

void BufferedWriter::flush() { state_->flush(); }

void BufferedWriter::close() { state_->close(); }

}  // namespace netlite
