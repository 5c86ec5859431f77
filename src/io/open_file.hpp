// SPDX-License-Identifier: MIT
//
// OpenFile: an open file, which the copies of a file stream share.
// Thread-safety: every member may be called from any thread, except construction and destruction.
#pragma once

#include "base/thread_annotations.hpp"
#include "base/unread_bytes.hpp"
#include "platform/file.hpp"
#include "thread/word_mutex.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace netlite {

/// Any thread may close a file that others are using: closing only drops the file's own reference to the handle, and
/// the last call in flight closes the handle itself. So no call ever touches a handle that the system has reused.
class OpenFile {
 public:
  /// Throws FileNotFoundException.
  OpenFile(const std::string& path, platform::FileAccess access);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  std::size_t read(void* buffer, std::size_t size);
  void write(const void* data, std::size_t size);

  /// The number of bytes that certainly follow.
  std::size_t available();

  /// Moves the position forward without reading. Returns by how much: 0 where that is not possible.
  std::size_t moveForward(std::size_t count);

  void unread(std::string bytes);
  void close();

  /// A handle that stays open while this lives.
  class OpenHandle;
  using Pin = std::shared_ptr<OpenHandle>;

  /// The handle, for use by the system: it does not know of bytes that were put back, so with any there is no pin.
  Pin pinForSystem();

  static platform::Handle handle(const Pin& pin);

 private:
  Pin pin(const char* operation);
  std::size_t takeUnread(void* buffer, std::size_t size);
  bool hasUnread();
  [[noreturn]] void throwFailure(const char* operation, std::error_code error) const;

  const std::string path_;
  WordMutex write_mutex_;                          // held by the one write in progress
  WordMutex mutex_;                                // held for a few instructions only
  Pin handle_ NETLITE_GUARDED_BY(mutex_);          // null once closed
  UnreadBytes unread_ NETLITE_GUARDED_BY(mutex_);  // read before the file's
};

}  // namespace netlite
