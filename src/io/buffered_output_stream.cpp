// SPDX-License-Identifier: MIT
//
// BufferedOutputStream: a locked WriteBuffer of bytes.
// Thread-safety: see the header.
#include <netlite/buffered_output_stream.hpp>
#include <netlite/exceptions.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/thread_annotations.hpp"
#include "io/write_buffer.hpp"
#include "io/writer_end.hpp"
#include "thread/timed_lock.hpp"

namespace netlite {

class BufferedOutputStream::State {
 public:
  State(std::unique_ptr<OutputStream> stream, std::size_t size) : buffer_(std::move(stream), size) {}

  void write(std::string_view bytes) {
    TimedLock lock(mutex_);
    checkOpen("write");
    try {
      buffer_.appendBytes(bytes);
    } catch (const SocketTimeoutException& timeout) {
      throw SocketTimeoutException(timeout, bytes.size());  // what was not sent is in the buffer
    }
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

BufferedOutputStream::BufferedOutputStream(std::unique_ptr<OutputStream> stream, std::size_t size)
    : state_(std::make_unique<State>(std::move(stream), size)) {}

BufferedOutputStream::BufferedOutputStream(BufferedOutputStream&& other) noexcept = default;

BufferedOutputStream& BufferedOutputStream::operator=(BufferedOutputStream&& other) noexcept {
  replaceWriter(state_, other.state_);
  return *this;
}

BufferedOutputStream::~BufferedOutputStream() { endWriter(state_.get()); }

void BufferedOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  state_->write({static_cast<const char*>(data), size});
}

void BufferedOutputStream::flush() { state_->flush(); }

void BufferedOutputStream::close() { state_->close(); }

}  // namespace netlite
