// SPDX-License-Identifier: MIT
//
// Streams over bytes in memory.
// Thread-safety: ByteArrayInputStream has none; the copies of a ByteArrayOutputStream share their bytes under a lock.
#include <netlite/byte_array_stream.hpp>

#include "base/arguments.hpp"
#include "base/errors.hpp"
#include "base/put_back.hpp"
#include "base/thread_annotations.hpp"
#include "thread/word_mutex.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace netlite {

struct ByteArrayOutputStream::Bytes {
  WordMutex mutex;
  std::string bytes NETLITE_GUARDED_BY(mutex);
};

ByteArrayInputStream::ByteArrayInputStream(std::string bytes) : bytes_(std::move(bytes)) {}

ByteArrayInputStream::~ByteArrayInputStream() = default;

std::size_t ByteArrayInputStream::read(void* buffer, std::size_t size) {
  checkBuffer(buffer, size);
  const std::size_t count = bytes_.copy(static_cast<char*>(buffer), size, position_);
  position_ += count;
  return count;
}

std::size_t ByteArrayInputStream::available() { return bytes_.size() - position_; }

std::size_t ByteArrayInputStream::skip(std::size_t count) {
  const std::size_t skipped = std::min(count, available());
  position_ += skipped;
  return skipped;
}

void ByteArrayInputStream::unread(std::string bytes) { putBack(bytes, bytes_, position_); }

ByteArrayOutputStream::ByteArrayOutputStream() : bytes_(std::make_shared<Bytes>()) {}

ByteArrayOutputStream::~ByteArrayOutputStream() = default;

void ByteArrayOutputStream::write(const void* data, std::size_t size) {
  checkBuffer(data, size);
  WordMutexLock lock(bytes_->mutex);
  bytes_->bytes.append(static_cast<const char*>(data), size);
}

std::string ByteArrayOutputStream::toString() const {
  WordMutexLock lock(bytes_->mutex);
  return bytes_->bytes;
}

std::size_t ByteArrayOutputStream::size() const {
  WordMutexLock lock(bytes_->mutex);
  return bytes_->bytes.size();
}

void ByteArrayOutputStream::reset() {
  WordMutexLock lock(bytes_->mutex);
  bytes_->bytes.clear();
}

}  // namespace netlite
