// SPDX-License-Identifier: MIT
//
// Tie: what a PrintWriter shares with the BufferedReaders that are tied to it.
// Thread-safety: every member may be called from any thread.
#pragma once

#include "base/thread_annotations.hpp"
#include "base/unwinding.hpp"
#include "io/write_buffer.hpp"
#include "thread/word_mutex.hpp"

#include <cstddef>
#include <memory>
#include <system_error>

namespace netlite {

class PrintWriter;

/// The unsent text under its lock, and the first error. The readers own it too, so the writer may be destroyed first.
class Tie {
 public:
  /// @throws std::invalid_argument `stream` is null or `bufferSize` is 0
  Tie(std::unique_ptr<OutputStream> stream, std::size_t bufferSize);
  Tie(const Tie&) = delete;
  Tie& operator=(const Tie&) = delete;

  bool hasText();

  /// Sends the text, if there is any. A failure becomes the writer's error.
  void flushBeforeWaiting();

  /// Announces how many bytes the reader has received together, so that their answers leave in as few writes as
  /// possible.
  void expect(std::size_t count) noexcept NETLITE_NO_THREAD_SAFETY_ANALYSIS {  // WriteBuffer::expect needs no lock
    buffer_.expect(count);
  }

  /// Announces that the connection is idle, which frees memory.
  void rest();

  /// Sends the text unless the writer is closed, swallowing errors, and destroys the stream. Nothing more is printed
  /// after this, but readers may still hold the tie.
  void end() noexcept;

 protected:
  ~Tie() = default;

  /// Runs the action on the buffer. If it throws a std::system_error, or the thread ends in it, remembers the error and
  /// drops the unsent text.
  template <typename Action>
  void remembering(Action action) NETLITE_REQUIRES(mutex_) {
    try {
      action(buffer_);
    } catch (const std::system_error& failure) {
      remember(failure.code() ? failure.code() : std::make_error_code(std::errc::io_error));
      buffer_.discard();
    } catch (...) {
      if (isUnwindingOfThread()) {
        remember(std::make_error_code(std::errc::interrupted));
        buffer_.discard();
      }
      throw;
    }
  }

  void flushRemembering() NETLITE_REQUIRES(mutex_);

  void remember(std::error_code error) noexcept NETLITE_REQUIRES(mutex_) {
    if (!error_) error_ = error;
  }

  WordMutex mutex_;
  WriteBuffer buffer_ NETLITE_GUARDED_BY(mutex_);
  bool closed_ NETLITE_GUARDED_BY(mutex_) = false;
  std::error_code error_ NETLITE_GUARDED_BY(mutex_);  // the first one
};

/// Gives BufferedReader access to the tie of a PrintWriter.
struct PrintWriterInternals {
  static std::shared_ptr<Tie> tieOf(const PrintWriter& writer) noexcept;
};

}  // namespace netlite
