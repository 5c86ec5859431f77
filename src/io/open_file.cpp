// SPDX-License-Identifier: MIT
//
// Reads, writes and closes a file, and names it in every failure.
// Thread-safety: see the header.
#include "io/open_file.hpp"

#include "base/errors.hpp"

#include <netlite/exceptions.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace netlite {

using platform::Handle;
using platform::Outcome;
using platform::Result;
using platform::Transfer;

class OpenFile::OpenHandle {
 public:
  explicit OpenHandle(Handle handle) noexcept : handle_(handle), is_regular_(platform::isRegularFile(handle)) {}
  OpenHandle(const OpenHandle&) = delete;
  OpenHandle& operator=(const OpenHandle&) = delete;
  ~OpenHandle() { close(); }

  Handle get() const noexcept { return handle_; }

  Transfer write(const void* data, std::size_t size) {
    return is_regular_ ? platform::writeFile(handle_, data, size) : platform::writePipe(handle_, data, size);
  }

  std::error_code close() noexcept {
    const Handle handle = std::exchange(handle_, platform::kNoHandle);
    return handle == platform::kNoHandle ? std::error_code() : platform::closeFile(handle);
  }

 private:
  Handle handle_;
  const bool is_regular_;
};

namespace {

std::size_t clampedToSize(std::uint64_t count) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::size_t>::max()));
}

// The system would take a NUL for the end of the path.
Result<Handle> openNamed(const std::string& path, platform::FileAccess access) {
  if (path.find('\0') != std::string::npos) return std::make_error_code(std::errc::invalid_argument);
  return platform::openFile(path, access);
}

}  // namespace

OpenFile::OpenFile(const std::string& path, platform::FileAccess access) : path_(path) {
  const Result<Handle> opened = openNamed(path, access);
  if (!opened) throw FileNotFoundException(opened.error(), "open " + path);
  const WordMutexLock lock(mutex_);
  handle_ = std::make_shared<OpenHandle>(*opened);
}

OpenFile::~OpenFile() = default;

std::size_t OpenFile::read(void* buffer, std::size_t size) {
  if (size == 0) return 0;
  const Pin open = pin("read");
  if (const std::size_t count = takeUnread(buffer, size)) return count;
  const Transfer got = platform::readFile(open->get(), buffer, size);
  if (got.outcome == Outcome::failed) throwFailure("read", got.error());
  return got.count;
}

void OpenFile::write(const void* data, std::size_t size) {
  const char* const bytes = static_cast<const char*>(data);
  const Pin open = pin("write");
  const WordMutexLock turn(write_mutex_);
  for (std::size_t written = 0; written < size;) {
    const Transfer put = open->write(bytes + written, size - written);
    if (put.outcome == Outcome::failed) throwFailure("write", put.error());
    written += put.count;
  }
}

std::size_t OpenFile::available() {
  const Pin open = pin("get available bytes of");
  const Result<std::uint64_t> left = platform::bytesLeft(open->get());
  if (!left) throwFailure("get available bytes of", left.error());
  const WordMutexLock lock(mutex_);
  return clampedToSize(*left + unread_.size());
}

std::size_t OpenFile::moveForward(std::size_t count) {
  const Pin open = pin("skip bytes of");
  if (hasUnread()) return 0;
  const Result<std::uint64_t> left = platform::bytesLeft(open->get());
  if (!left) return 0;
  const std::size_t moved = std::min(count, clampedToSize(*left));
  if (moved != 0 && platform::moveForward(open->get(), moved)) return 0;
  return moved;
}

void OpenFile::unread(std::string bytes) {
  const WordMutexLock lock(mutex_);
  unread_.putBack(std::move(bytes));
}

void OpenFile::close() {
  Pin closing;
  {
    const WordMutexLock lock(mutex_);
    closing = std::move(handle_);
  }
  if (closing.use_count() != 1) return;  // closed before, or the last call in flight closes it
  if (const std::error_code error = closing->close()) throwFailure("close", error);
}

OpenFile::Pin OpenFile::pinForSystem() {
  Pin open = pin("read");
  if (hasUnread()) open.reset();
  return open;
}

Handle OpenFile::handle(const Pin& pin) { return pin->get(); }

OpenFile::Pin OpenFile::pin(const char* operation) {
  const WordMutexLock lock(mutex_);
  if (handle_ == nullptr) throwFailure(operation, Error::streamClosed);
  return handle_;
}

std::size_t OpenFile::takeUnread(void* buffer, std::size_t size) {
  const WordMutexLock lock(mutex_);
  return unread_.isEmpty() ? 0 : unread_.take(buffer, size);
}

bool OpenFile::hasUnread() {
  const WordMutexLock lock(mutex_);
  return !unread_.isEmpty();
}

void OpenFile::throwFailure(const char* operation, std::error_code error) const {
  throw IOException(error, std::string(operation) + " " + path_);
}

}  // namespace netlite
